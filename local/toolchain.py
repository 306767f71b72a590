"""Sets up every environment the project needs, from nothing but a python3 with venv.

Runs under the machine's own Python, whatever its version from 3.9 on, so it imports the standard
library alone and uses no newer syntax. A run that finds everything in place takes well under a
second: each environment carries the fingerprint of what it was made from.
"""

from __future__ import annotations

import fcntl
import platform
import sys
import time
from pathlib import Path
from typing import NoReturn

from local.interpreter import find_interpreter
from local.node import ensure_node, ensure_node_modules, node_environment
from local.setup_steps import (
    BENCH_VENV,
    BOOTSTRAP,
    LAMBDA_RUNTIME_VENV,
    LOCALSTACK_VENV,
    PLUGINS,
    REQUIREMENTS,
    ROOT,
    TOOLCHAIN,
    UV,
    VENV,
    SetupError,
    ensure,
    fingerprint,
    make_plain_venv,
    run,
    say,
)

__all__ = ["LAMBDA_RUNTIME_VENV", "LOCALSTACK_VENV", "ROOT", "VENV", "node_environment"]


def make_locked_venv(place: Path, requirements: Path, interpreter: Path) -> None:
    """A Python 3.13 environment that holds exactly what a lock names, compiled to bytecode."""
    run(f"Making {place.name}", [UV, "venv", "--quiet", "--python", interpreter, place])
    run(
        f"Installing {requirements.name}",
        [
            *(UV, "pip", "sync", "--quiet", "--python", place / "bin" / "python"),
            *("--compile-bytecode", "--require-hashes", requirements),
        ],
    )


def install_project(package: Path, place: Path) -> None:
    """Makes a package of this repository importable in an environment, editable.

    The build backend is in the environment's own lock, so nothing unlocked is fetched.
    """
    run(
        f"Installing {package.name}",
        [
            *(UV, "pip", "install", "--quiet", "--python", place / "bin" / "python"),
            *("--no-deps", "--no-build-isolation", "--editable", package),
        ],
    )


def ensure_bootstrap() -> None:
    """Installs uv, which makes all the others."""
    lock = REQUIREMENTS / "bootstrap.txt"
    ensure("bootstrap", BOOTSTRAP, fingerprint(lock), UV, lambda: make_plain_venv(BOOTSTRAP, lock))


def ensure_python_environments() -> None:
    """Makes the three Python 3.13 environments: development, LocalStack, the Lambda runtime."""
    interpreter: list[Path] = []

    def make(place: Path, lock: Path) -> None:
        if not interpreter:
            interpreter.append(find_interpreter())
        make_locked_venv(place, lock, interpreter[0])

    def make_development() -> None:
        make(VENV, REQUIREMENTS / "dev.txt")
        install_project(ROOT, VENV)

    def make_localstack() -> None:
        make(LOCALSTACK_VENV, REQUIREMENTS / "localstack.txt")
        install_project(PLUGINS, LOCALSTACK_VENV)

    def make_lambda_runtime() -> None:
        make(LAMBDA_RUNTIME_VENV, REQUIREMENTS / "lambda-runtime.txt")

    for name, place, sources, recipe in (
        ("development", VENV, ("requirements/dev.txt",), make_development),
        (
            "localstack",
            LOCALSTACK_VENV,
            ("requirements/localstack.txt", "localstack-init/plugins/pyproject.toml"),
            make_localstack,
        ),
        (
            "lambda-runtime",
            LAMBDA_RUNTIME_VENV,
            ("requirements/lambda-runtime.txt",),
            make_lambda_runtime,
        ),
    ):
        wanted = fingerprint(*(ROOT / source for source in sources))
        ensure(name, place, wanted, place / "bin" / "python", recipe)


def ensure_bench() -> None:
    """Makes the environment of what the loader is measured against; only a benchmark needs it."""
    lock = REQUIREMENTS / "bench.txt"
    ensure(
        "bench",
        BENCH_VENV,
        fingerprint(lock),
        BENCH_VENV / "bin" / "python",
        lambda: make_locked_venv(BENCH_VENV, lock, find_interpreter()),
    )


def fail(message: str) -> NoReturn:
    """Ends set-up with a message that says what to do."""
    print(f"toolchain: {message}", file=sys.stderr)
    raise SystemExit(1)


def set_up(*, bench: bool = False) -> None:
    """Brings every environment to what the locks say.

    Args:
        bench: also the one of the benchmark.

    Raises:
        SetupError: a prerequisite is missing or a step failed; the message says what to do.
    """
    TOOLCHAIN.mkdir(exist_ok=True)
    with (TOOLCHAIN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_bootstrap()
        ensure_python_environments()
        ensure_node()
        ensure_node_modules()
        if bench:
            ensure_bench()


def main() -> None:
    """Sets up, or says in one line what is missing. `bench` as argument: the benchmark's too."""
    if sys.version_info < (3, 9):  # noqa: UP036 (the machine's own Python may be older)
        fail(f"python3 is {platform.python_version()}: install Python 3.9 or newer")
    started = time.monotonic()
    try:
        set_up(bench="bench" in sys.argv[1:])
    except SetupError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("interrupted: run it again, it goes on where it was")
    if time.monotonic() - started > 2:
        say(f"ready in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
