"""Finds a Python 3.13, or fetches one.

Standard library and the syntax of Python 3.9 only, as in toolchain.py.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from local.setup_steps import UV, SetupError, output_of, run, say

# AWS Lambda's python3.13 runtime and LocalStack 4.14.0 both need this line, no older, no newer.
PYTHON = (3, 13)

PROBE = """
import ctypes, platform, sqlite3, ssl, sys, venv
print(platform.python_implementation(), *sys.version_info[:2])
"""


def really_runs(interpreter: str | Path) -> bool:
    """Whether it is a complete CPython 3.13: version managers' shims exist but often don't run."""
    said = output_of(
        [
            interpreter,
            "-c",
            PROBE,
        ]
    )
    return said == f"CPython {PYTHON[0]} {PYTHON[1]}"


def interpreter_candidates() -> Iterator[str | Path]:
    """Where a Python 3.13 may be, most obvious first."""
    name = f"python{PYTHON[0]}.{PYTHON[1]}"
    on_path = shutil.which(name)
    if on_path:
        yield on_path
    yield sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    with suppress(PermissionError):  # another user's, left in the environment by `su`
        yield from sorted(pyenv.glob(f"{PYTHON[0]}.{PYTHON[1]}*/bin/{name}"), reverse=True)
    found = output_of([UV, "python", "find", "--no-project", f"{PYTHON[0]}.{PYTHON[1]}"])
    if found:
        yield found


def find_interpreter() -> Path:
    """A Python 3.13 of the machine's, or one that uv downloads.

    Raises:
        SetupError: there is none and none can be had.
    """
    for candidate in interpreter_candidates():
        if really_runs(candidate):
            return Path(candidate)
    say("no Python 3.13 on this machine: downloading one")
    version = f"{PYTHON[0]}.{PYTHON[1]}"
    try:
        run("Downloading Python 3.13", [UV, "python", "install", "--no-bin", version])
    except SetupError as error:
        raise SetupError(
            "Python 3.13 is missing and could not be downloaded: install it (Debian 13, Ubuntu: "
            "apt-get install python3.13 python3.13-venv; macOS: brew install python@3.13; "
            f"any: pyenv install 3.13) and run this again.\n{error}"
        ) from error
    found = output_of([UV, "python", "find", "--no-project", "--managed-python", version])
    if found and really_runs(found):
        return Path(found)
    raise SetupError("the downloaded Python 3.13 does not run: install python3.13 and try again")
