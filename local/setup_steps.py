"""The steps of set-up: runs a tool with its output in a log, makes what is not there yet.

Standard library and the syntax of Python 3.9 only, as in toolchain.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
TOOLCHAIN = ROOT / ".toolchain"
LOG = TOOLCHAIN / "setup.log"

VENV = ROOT / ".venv"
BOOTSTRAP = TOOLCHAIN / "bootstrap"
LOCALSTACK_VENV = TOOLCHAIN / "localstack"
LAMBDA_RUNTIME_VENV = TOOLCHAIN / "lambda-runtime"
BENCH_VENV = TOOLCHAIN / "bench"
NODE_VENV = TOOLCHAIN / "node"
NODE_MODULES = ROOT / "node_modules"
UV = BOOTSTRAP / "bin" / "uv"
PLUGINS = ROOT / "localstack-init" / "plugins"

# Variables that would make a tool install to, or import from, another place than the one named.
FOREIGN_VARIABLES = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_PROJECT_ENVIRONMENT",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
)


class SetupError(Exception):
    """Set-up can't go on; the message says what to do."""


def tool_environment() -> dict[str, str]:
    """The variables for every tool started here: this process's, less what would mislead it."""
    environment = {k: v for k, v in os.environ.items() if k not in FOREIGN_VARIABLES}
    # Company certificate authorities live in the system's store; uv looks there only when told to.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment["UV_NO_CONFIG"] = "1"
    return environment


def say(line: str) -> None:
    """Tells the user what set-up does; standard output is left to the command that comes next."""
    print(f"toolchain: {line}", file=sys.stderr, flush=True)


def run(
    step: str,
    command: Sequence[str | Path],
    environment: dict[str, str] | None = None,
    directory: Path = ROOT,
) -> None:
    """Runs one command of a step, with its output in the log.

    Raises:
        SetupError: the command failed; the message ends with its last lines.
    """
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        start = log.tell()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=directory,
            env=environment or tool_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode == 0:
        return
    said = LOG.read_bytes()[start:].decode(errors="replace").strip().splitlines()[-8:]
    raise SetupError(
        f"{step} failed (exit {done.returncode}; all of it is in {LOG.relative_to(ROOT)}):\n  "
        + "\n  ".join(said)
    )


def output_of(command: Sequence[str | Path]) -> str | None:
    """What a command prints, or None if it can't be started or fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env=tool_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def fingerprint(*sources: Path) -> str:
    """What an environment is made from: its sources' bytes, its place and the recipe here."""
    digest = hashlib.sha256(f"{ROOT}\n".encode())
    for source in (Path(__file__), *sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def ensure(name: str, place: Path, wanted: str, probe: Path, make: Callable[[], None]) -> None:
    """Makes an environment anew unless it is there, whole, and made from the same things."""
    stamp = TOOLCHAIN / f"{name}.fingerprint"
    if probe.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"setting up {name}")
    stamp.unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    make()
    stamp.write_text(wanted)


def make_plain_venv(place: Path, requirements: Path) -> None:
    """A virtual environment of the machine's own Python, filled by its own pip."""
    try:
        run(f"Making {place.name}", [sys.executable, "-m", "venv", place])
    except SetupError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise SetupError(
            "python3 can't make virtual environments: install its venv module "
            f"(Debian, Ubuntu: apt-get install python3-venv) and run this again.\n{error}"
        ) from error
    run(
        f"Installing {requirements.name}",
        [
            place / "bin" / "python",
            *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--only-binary=:all:", "--require-hashes", "-r", requirements),
        ],
    )
