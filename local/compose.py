"""Runs Compose, v2 or docker-compose 1.29, on the project's `docker-compose.yml`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from local.docker import EngineError
from local.setup_steps import ROOT

FILE: Final = ROOT / "docker-compose.yml"
_LAST_LINES: Final = 20

# A user's own settings of Compose are about other projects.
_FOREIGN: Final = ("COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A Compose that runs."""

    command: tuple[str, ...]
    version: tuple[int, ...]

    @property
    def builds_with_secrets(self) -> bool:
        """Whether it can build the images: v1 knows no secrets in builds."""
        return self.version >= (2, 6)


def programs() -> list[Program]:
    """Every Compose that the machine has and that is new enough, the one to use first."""
    return [
        Program(command=command, version=version)
        for command in (("docker", "compose"), ("docker-compose",))
        if (version := _version(command))
    ]


@cache
def program() -> Program:
    """The Compose to use.

    Raises:
        EngineError: there is none, or it is older than 1.29.
    """
    if found := programs():
        return found[0]
    raise EngineError(
        "Compose is missing: install its plugin for Docker "
        "(https://docs.docker.com/compose/install/), or docker-compose 1.29 or newer"
    )


def run(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    project: str,
    files: Sequence[Path],
    using: Program | None = None,
) -> str:
    """Runs a command of Compose and returns what it printed.

    Args:
        arguments: the command, such as `up --detach`.
        variables: what `docker-compose.yml` asks for.
        project: the name of everything that belongs together.
        files: the Compose files.
        using: another Compose than the usual one.

    Raises:
        EngineError: it failed; the message ends with its last lines.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    # A file `.env` in the project is for who runs Compose by hand. v1 takes no device for a file.
    with tempfile.NamedTemporaryFile() as empty:
        command = [
            *(using or program()).command,
            *(part for file in files for part in ("--file", str(file))),
            *("--project-name", project, "--project-directory", str(ROOT)),
            *("--env-file", empty.name, *arguments),
        ]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=kept | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        return done.stdout
    tail = "\n".join(done.stdout.splitlines()[-_LAST_LINES:])
    raise EngineError(f"Compose's `{arguments[0]}` failed:\n{tail}")


def _version(command: tuple[str, ...]) -> tuple[int, ...] | None:
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(
        [*command, "version", "--short"], capture_output=True, text=True, check=False
    )
    numbers = done.stdout.strip().lstrip("v").partition("-")[0].partition("+")[0].split(".")
    if done.returncode != 0 or not all(number.isdigit() for number in numbers):
        return None
    version = tuple(map(int, numbers))
    return version if version >= (1, 29) else None
