"""Makes `debian:trixie-slim` from Debian's own packages, where no container registry is reached."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import docker

from local.docker import EngineError

_SUITE: Final = "trixie"
_KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What the slim variant of Debian's image has not: it is for people, or fetched anew by apt.
_LEFT_OUT: Final = (
    *("./usr/share/doc/*", "./usr/share/man/*", "./usr/share/info/*", "./usr/share/locale/*"),
    *("./var/cache/apt/*", "./var/lib/apt/lists/*", "./var/log/*.log", "./debootstrap"),
)


def obstacle() -> str | None:
    """Why the image can't be made here; None when it can."""
    if os.geteuid() != 0:
        return "making a Debian image needs root"
    if shutil.which("debootstrap") is None or not _KEYRING.is_file():
        return "debootstrap is missing (apt-get install debootstrap debian-archive-keyring)"
    return None


def make(client: docker.DockerClient, image: str) -> None:
    """Makes it with debootstrap and hands it to the engine.

    Raises:
        EngineError: it can't be made here, or debootstrap failed.
    """
    if reason := obstacle():
        raise EngineError(f"{image} can't be pulled, and {reason}")
    repository, _, tag = image.partition(":")
    with tempfile.TemporaryDirectory(prefix="debian-") as directory:
        root, archive = Path(directory, "root"), Path(directory, "root.tar")
        _run("debootstrap", "--variant=minbase", f"--keyring={_KEYRING}", _SUITE, str(root))
        exclusions = (f"--exclude={pattern}" for pattern in _LEFT_OUT)
        _run("tar", "--create", f"--file={archive}", f"--directory={root}", *exclusions, ".")
        client.api.import_image_from_file(
            str(archive), repository=repository, tag=tag, changes=['CMD ["bash"]']
        )


def _run(*command: str) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-10:])
        raise EngineError(f"{command[0]} failed ({done.returncode}):\n{tail}")
