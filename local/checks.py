"""The command behind `make test`: lint, types, and every test against an environment of its own.

A failed check does not hide the ones after it; the exit code is 1 when any of them failed. The
environment is taken down and removed at the end, also when the checks are interrupted.
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from local import lifecycle, logs, runtime
from local.docker import EngineError
from local.environment import EXPECTED_ERRORS
from local.lifecycle import exclusively
from local.node import node_environment
from local.progress import Progress, complain
from local.setup_steps import ROOT, VENV
from local.state import Environment, directory_of, recorded

ENVIRONMENT: Final = "test"
KEPT_LOGS: Final = ROOT / "build" / "test-logs"
_WITHOUT_SERVICES: Final = ("tests/unit", "tests/infra")
_STATIC: Final = {
    "ruff check": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-cache"),
    "zizmor": ("zizmor", "--offline", "--quiet", ".github"),
}


class Checks:
    """Runs the checks and remembers which failed."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.failed: list[str] = []

    def run_static(self) -> None:
        """Lint and types."""
        for name, command in _STATIC.items():
            result = subprocess.run(
                _program(command),
                cwd=ROOT,
                env=node_environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if result.returncode == 0:
                self.progress.step(f"{name} passed")
                continue
            print(result.stdout, end="")
            self._fail(name)

    def run_tests(self, wanted: Sequence[str] = ()) -> None:
        """The tests against an environment made for them; those that need none if it can't be.

        Args:
            wanted: directories of tests, among them those that use an environment; all tests when
                there are none.
        """
        with self._environment() as started:
            paths = wanted if started else _WITHOUT_SERVICES
            command = _program(("pytest", "-n", "2", "--dist", "loadgroup", *paths, *_arguments()))
            passed = _run_interruptibly(command, _test_variables()) == 0
            if passed:
                self.progress.step("pytest passed")
            else:
                self._fail("pytest")
            if started:
                self._check_permissions(whole=passed and not _arguments())

    def _check_permissions(self, *, whole: bool) -> None:
        """Whether the roles allow what the tests made their functions do, and nothing else.

        Args:
            whole: all tests that call functions were run: what none of them did is not needed.
        """
        arguments = ("--whole",) if whole else ()
        command = (sys.executable, "-m", "local.permissions", *arguments)
        if _run_interruptibly(command, _test_variables()) != 0:
            self._fail("permissions")
        else:
            self.progress.step("permissions of the roles are those that are used")

    def conclude(self) -> int:
        """Says what failed and returns the exit code."""
        took = f"after {self.progress.total():.0f} s"
        if not self.failed:
            print(f"\nAll checks passed, {took}.")
            return 0
        complain(f"\nFailed, {took}: {', '.join(self.failed)}")
        return 1

    @contextmanager
    def _environment(self) -> Iterator[bool]:
        """Starts the environment and removes it afterwards, whatever happens in between."""
        with exclusively("checks", self.progress, patience=0):
            try:
                yield self._bring_up()
            finally:
                with _uninterrupted():
                    self._keep_logs()
                    self._remove_environments()

    def _bring_up(self) -> bool:
        try:
            # Whatever a run that was killed left behind.
            self._remove_environments()
            choice = runtime.choose(os.environ, ENVIRONMENT)
            with exclusively(ENVIRONMENT, self.progress):
                lifecycle.bring_up(ENVIRONMENT, self.progress, choice, durable=False)
        except EXPECTED_ERRORS as error:
            complain(f"The environment did not start: {error}")
            self._fail("environment")
            return False
        return True

    def _remove_environments(self) -> None:
        """Removes the environment, and those that tests made for themselves."""
        directory = directory_of(ENVIRONMENT)
        for found in (directory, *directory.parent.glob(f"{ENVIRONMENT}-*/")):
            if found.exists():
                lifecycle.remove(found.name, self.progress)

    def _fail(self, name: str) -> None:
        self.failed.append(name)
        self.progress.step(f"{name} FAILED")

    def _keep_logs(self) -> None:
        shutil.rmtree(KEPT_LOGS, ignore_errors=True)
        KEPT_LOGS.mkdir(parents=True)
        if environment := recorded(ENVIRONMENT):
            for server in logs.SERVERS:
                self._keep_log(environment, server)
        if self.failed:
            self.progress.note(f"The servers' logs are kept in {KEPT_LOGS.relative_to(ROOT)}/")

    @staticmethod
    def _keep_log(environment: Environment, server: str) -> None:
        # An engine that has gone took its containers' logs along.
        with suppress(EngineError):
            lines = logs.source(environment, server).newest(sys.maxsize)
            (KEPT_LOGS / f"{server}.log").write_text("\n".join(lines), encoding="utf-8")


def main() -> int:
    """Runs the checks and returns the exit code."""
    catch_interruptions()
    arguments = _parser().parse_args()
    checks = Checks(Progress())
    try:
        checks.run_static()
        if not arguments.lint:
            checks.run_tests()
    except EXPECTED_ERRORS as error:
        complain(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        complain("\nInterrupted.")
        return 130
    return checks.conclude()


def catch_interruptions() -> None:
    """Has these signals raise KeyboardInterrupt, so that everything is taken down."""
    # A shell that starts this in the background may have them ignored.
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.default_int_handler)


def _program(command: Sequence[str]) -> list[str]:
    return [str(VENV / "bin" / command[0]), *command[1:]]


def _arguments() -> list[str]:
    return shlex.split(os.environ.get("PYTEST_ARGS", ""))


def _test_variables() -> dict[str, str]:
    """The tests' variables: none of the user's AWS account, and the environment to test."""
    kept = {k: v for k, v in node_environment().items() if not k.startswith("AWS_")}
    return kept | {"PIPELINE_ENVIRONMENT": ENVIRONMENT}


def _run_interruptibly(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs a program and lets it end in its own way when this one is interrupted."""
    with subprocess.Popen(command, cwd=ROOT, env=variables) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                child.wait(timeout=20)
            child.kill()
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Nothing but SIGKILL ends this process inside."""
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, signal.SIG_IGN) for one in watched}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.checks",
        description="Runs lint, types and all tests. PYTEST_ARGS is handed to pytest.",
    )
    parser.add_argument("--lint", action="store_true", help="lint and types alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
