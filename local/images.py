"""The images that the containers run: what they are made from, and how they are made.

PostgreSQL's is the official one where a registry can be reached, and otherwise one with the same
contract from `postgres-init/`; LocalStack's is always made here. `make images` runs this.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import docker
from docker.errors import DockerException

from local import base_image, compose, credentials, ports
from local.docker import EngineError, connect, has_image
from local.ports import Ports
from local.progress import Progress, complain
from local.setup_steps import ROOT
from local.state import DEFAULT_NAME, Credentials

BASE: Final = "debian:trixie-slim"
LOCALSTACK: Final = "data-pipeline-localstack:4.14.0"
POSTGRES: Final = "postgres:17"
SOURCES_LABEL: Final = "data-pipeline.sources"

_DOCKERFILES: Final = {
    "localstack": "localstack-init/Dockerfile",
    "postgres": "postgres-init/Dockerfile",
}
_SOURCES: Final = {
    "localstack": ("localstack-init", "requirements"),
    "postgres": ("postgres-init",),
}
# Where tools are told of certificate authorities that are not Debian's.
_CERTIFICATE_VARIABLES: Final = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
)
_OWN_CERTIFICATES: Final = Path("/usr/local/share/ca-certificates")
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_PROXY_VARIABLES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def names(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The image of each service, and the base of those that are made here."""
    return {
        "base": variables.get("BASE_IMAGE") or BASE,
        "localstack": variables.get("LOCALSTACK_IMAGE") or LOCALSTACK,
        "postgres": variables.get("POSTGRES_IMAGE") or POSTGRES,
    }


def missing(client: docker.DockerClient) -> list[str]:
    """The services whose image is not there, or was made from other sources than there are now."""
    return [
        service
        for service in ("postgres", "localstack")
        if not has_image(client, names()[service]) or _is_stale(client, service)
    ]


def obstacle(client: docker.DockerClient) -> str | None:
    """Why images that are missing can't be had; None when nothing is missing or they can."""
    wanted = missing(client)
    if not wanted:
        return None
    if not compose.program().builds_with_secrets:
        return f"{' and '.join(wanted)} have no image, and building them needs Compose v2"
    base = names()["base"]
    if has_image(client, base) or _registry_has(client, base):
        return None
    if reason := base_image.obstacle():
        return f"{' and '.join(wanted)} have no image, no registry answers, and {reason}"
    return None


def ensure(client: docker.DockerClient, progress: Progress) -> None:
    """Gets the images that are missing: from a registry, or by building them.

    Raises:
        EngineError: they can't be had, or a build failed.
    """
    for service in missing(client):
        image = names()[service]
        if service == "postgres" and _pull(client, image):
            progress.step(f"Image {image} pulled")
            continue
        if service == "localstack" and image != LOCALSTACK:
            if not _pull(client, image):
                raise EngineError(f"LOCALSTACK_IMAGE={image} is not there and can't be pulled")
            progress.step(f"Image {image} pulled")
            continue
        if not compose.program().builds_with_secrets:
            raise EngineError(
                f"{image} is not there as its sources are now, and building it needs Compose v2"
            )
        _ensure_base(client, progress)
        _build(service, image)
        megabytes = client.images.get(image).attrs["Size"] / 1e6
        progress.step(f"Image {image} built: {megabytes:.0f} MB")


def write_settings() -> bool:
    """Writes `.env` for who runs Compose by hand, unless it is there: passwords and free ports."""
    file = ROOT / ".env"
    if file.exists():
        return False
    free: Ports = ports.choose(DEFAULT_NAME, None)
    values = settings(credentials.make(), free)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return True


def settings(passwords: Credentials, chosen: Ports) -> dict[str, str]:
    """The variables that `docker-compose.yml` asks for."""
    return {
        "POSTGRES_PASSWORD": passwords.superuser,
        "PIPELINE_OWNER_PASSWORD": passwords.owner,
        "PIPELINE_WRITER_PASSWORD": passwords.writer,
        "PIPELINE_READER_PASSWORD": passwords.reader,
        "POSTGRES_PORT": str(chosen.postgres),
        "LOCALSTACK_PORT": str(chosen.localstack),
    }


def main() -> int:
    """Gets all images and returns the exit code."""
    progress = Progress()
    try:
        ensure(connect(), progress)
    except EngineError as error:
        complain(f"images: {error}")
        return 1
    if write_settings():
        progress.note("Passwords and ports for Compose by hand are in .env")
    progress.note(f"Images are there: {', '.join(names().values())}")
    return 0


def _build(service: str, image: str) -> None:
    build: dict[str, Any] = {
        "context": str(ROOT),
        "dockerfile": _DOCKERFILES[service],
        "labels": {SOURCES_LABEL: _fingerprint(service)},
        "args": {"BASE_IMAGE": names()["base"]}
        | {name: os.environ[name] for name in _PROXY_VARIABLES if name in os.environ},
    }
    content: dict[str, Any] = {"services": {service: {"image": image, "build": build}}}
    if certificates := _own_certificates():
        build["secrets"] = ["certificates"]
        content["secrets"] = {"certificates": {"file": str(certificates)}}
    with _temporary(content) as file:
        compose.run(["build", "--quiet", service], {}, project="data-pipeline-images", files=[file])


def _ensure_base(client: docker.DockerClient, progress: Progress) -> None:
    base = names()["base"]
    if has_image(client, base):
        return
    if _pull(client, base):
        progress.step(f"Image {base} pulled")
        return
    if base != BASE:
        raise EngineError(f"BASE_IMAGE={base} is not there and can't be pulled")
    base_image.make(client, base)
    progress.step(f"Image {base} made with debootstrap: no registry has it for this machine")


def _is_stale(client: docker.DockerClient, service: str) -> bool:
    """Whether it was made here from other sources. Images of others are never stale."""
    labels: dict[str, str] = client.images.get(names()[service]).labels
    made_from = labels.get(SOURCES_LABEL)
    return made_from is not None and made_from != _fingerprint(service)


def _fingerprint(service: str) -> str:
    digest = hashlib.sha256()
    for source in _SOURCES[service]:
        for file in sorted((ROOT / source).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _pull(client: docker.DockerClient, image: str) -> bool:
    try:
        client.images.pull(image)
    except DockerException:
        return False
    return True


def _registry_has(client: docker.DockerClient, image: str) -> bool:
    try:
        client.images.get_registry_data(image)
    except DockerException:
        return False
    return True


def _own_certificates() -> Path | None:
    """The host's certificate authorities, when there may be others than Debian's among them."""
    for name in _CERTIFICATE_VARIABLES:
        if (file := Path(os.environ.get(name, ""))).is_file():
            return file
    added = _OWN_CERTIFICATES.is_dir() and any(_OWN_CERTIFICATES.iterdir())
    return _CERTIFICATES if added and _CERTIFICATES.is_file() else None


@contextmanager
def _temporary(content: Mapping[str, object]) -> Iterator[Path]:
    """A Compose file; JSON is YAML."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "images.yml")
        file.write_text(json.dumps(content), encoding="utf-8")
        yield file


if __name__ == "__main__":
    sys.exit(main())
