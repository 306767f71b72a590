"""Installs what an engine needs on a bare Debian, as root, and starts none of its services."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.docker import EngineError

_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"
# The first release whose Compose is v2; its program runs on older ones too.
COMPOSE_SUITE: Final = "trixie"
_POLICY: Final = Path("/usr/sbin/policy-rc.d")
_REFUSED: Final = 101
_PATIENCE_SECONDS: Final = 600
_PATIENCE_FOR_APT: Final = ("-oDPkg::Lock::Timeout=120", "-oAcquire::Retries=2")


def require_root() -> None:
    """Lets only root on Debian or one of its derivatives pass.

    Raises:
        EngineError: packages can't be installed here; the message says what to do.
    """
    if os.geteuid() != 0:
        raise EngineError("only root can install and start one")
    if shutil.which("apt-get") is None:
        raise EngineError("this is not Debian: install Docker with Compose v2 and start it")


def install(*packages: str, unless: str) -> None:
    """Installs those of the packages that this release of Debian has.

    Args:
        packages: their names; other releases may lack some, and have their programs elsewhere.
        unless: a program; where it is there already, nothing is installed.

    Raises:
        EngineError: a package can't be had.
    """
    if shutil.which(unless):
        return
    _run(["apt-get", "--quiet", *_PATIENCE_FOR_APT, "update"])
    known = [name for name in packages if _is_known(name)]
    with _no_service_starts():
        _run(
            [
                *("apt-get", "--quiet", "--yes", "--no-install-recommends", *_PATIENCE_FOR_APT),
                *("install", *known),
            ]
        )
    if shutil.which(unless) is None:
        raise EngineError(f"Debian's packages {', '.join(packages)} bring no {unless} here")


def extract_compose(plugins: Path, work: Path) -> None:
    """Takes Compose v2 out of its package.

    It is not installed, because older releases have v1 by that name.

    Args:
        plugins: the directory that the programs are copied to.
        work: a directory for what is downloaded.

    Raises:
        EngineError: the package can't be had.
    """
    (work / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    sources = work / "sources.list"
    sources.write_text(
        f"deb [signed-by={_KEYRING}] http://deb.debian.org/debian {COMPOSE_SUITE} main\n"
    )
    options = [
        *_PATIENCE_FOR_APT,
        f"-oDir::Etc::sourcelist={sources}",
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State::lists={work / 'lists'}",
        # The usual ones are of the machine's own sources, and must go on to be.
        f"-oDir::Cache::pkgcache={work / 'pkgcache.bin'}",
        f"-oDir::Cache::srcpkgcache={work / 'srcpkgcache.bin'}",
        # Else apt downloads as a user who may not write here.
        "-oAPT::Sandbox::User=root",
    ]
    _run(["apt-get", "--quiet", *options, "update"])
    _run(["apt-get", "--quiet", *options, "download", "docker-compose"], directory=work)
    [package] = work.glob("docker-compose_*.deb")
    _run(["dpkg-deb", "--extract", str(package), str(work / "package")])
    for program in (work / "package/usr/libexec/docker/cli-plugins").iterdir():
        shutil.copy(program, plugins)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Has Debian's packages start no service of theirs, as in a build of an image."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text(f"#!/bin/sh\nexit {_REFUSED}\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _is_known(package: str) -> bool:
    shown = subprocess.run(
        ["apt-cache", "--quiet=0", "show", "--no-all-versions", package],
        capture_output=True,
        check=False,
    )
    return shown.returncode == 0 and bool(shown.stdout.strip())


def _run(command: list[str], *, directory: Path = Path("/")) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"`{command[0]}` did not end in {_PATIENCE_SECONDS} s") from None
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-5:])
        raise EngineError(f"`{command[0]}` failed ({done.returncode}):\n{tail}")
