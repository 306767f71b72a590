"""The command `python -m local.environment`: starts, shows and stops a local environment."""

import argparse
import os
import signal
import sys

from botocore.exceptions import BotoCoreError, ClientError

from infra.migration import MigrationError
from local import guard, lifecycle, logs, runtime, shell_variables, showcase, status
from local.api_access import access
from local.cdk import CdkError
from local.docker import EngineError
from local.lifecycle import BusyError, exclusively
from local.localstack import LocalStackError
from local.postgres import PostgresError
from local.postgres_programs import PostgresUnavailableError
from local.process import ServerExitedError
from local.progress import Progress, complain
from local.runtime import UnsupportedRuntimeError
from local.seeding import SeedingError
from local.showcase import SampleQueryError
from local.state import (
    EnvironmentNotRunning,
    InvalidEnvironmentNameError,
    current_name,
    load,
    recorded,
)

# What a user can do something about: told by its message alone.
EXPECTED_ERRORS = (
    BotoCoreError,
    BusyError,
    CdkError,
    ClientError,
    EngineError,
    EnvironmentNotRunning,
    InvalidEnvironmentNameError,
    LocalStackError,
    MigrationError,
    OSError,
    PostgresError,
    PostgresUnavailableError,
    SampleQueryError,
    SeedingError,
    ServerExitedError,
    UnsupportedRuntimeError,
    guard.RefusedError,
)


def up(name: str) -> int:
    """Brings the environment up and shows how to use it."""
    guard.check_shell(os.environ)
    progress = Progress()
    choice = runtime.choose(os.environ, name)
    with exclusively(name, progress):
        environment = lifecycle.bring_up(name, progress, choice)
        reached = access(environment)
        answers = showcase.sample_answers(reached)
    print(f"\n{showcase.loaded(environment)}\n\n{answers}\n")
    print(f"{showcase.commands(environment, reached)}\n")
    print(f"Environment {name!r} is up, after {progress.total():.0f} s.")
    return 0


def down(name: str) -> int:
    """Stops the environment; its data stay."""
    progress = Progress()
    with exclusively(name, progress):
        lifecycle.take_down(name, progress)
    return 0


def reset(name: str) -> int:
    """Stops the environment and removes its data."""
    progress = Progress()
    with exclusively(name, progress):
        lifecycle.remove(name, progress)
    return 0


def show_status(name: str) -> int:
    """Prints what runs; 1 when the environment is not running."""
    text, running = status.report(name)
    print(text)
    return 0 if running else 1


def show_variables(name: str) -> int:
    """Prints the shell commands that point a shell to the environment."""
    print(shell_variables.commands(load(name)))
    return 0


def show_logs(name: str, service: str | None, lines: int, *, follow: bool) -> int:
    """Prints log lines until they end, or until interrupted."""
    environment = recorded(name)
    if environment is None:
        raise EnvironmentNotRunning(f"environment {name!r} was never started: it has no logs")
    services = (service,) if service else (*logs.SERVERS, *logs.FUNCTIONS)
    for line in logs.show(environment, services, lines=lines, follow=follow):
        print(line, flush=True)
    return 0


def main() -> int:
    """Runs one command and returns its exit code."""
    # SIGINT too: a shell that starts this in the background has it ignored.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.default_int_handler)
    arguments = _parser().parse_args()
    try:
        return _run(arguments)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except EXPECTED_ERRORS as error:
        complain(f"\n{arguments.command}: {error}")
        return 1
    except KeyboardInterrupt:
        if arguments.command != "logs":
            complain("\nInterrupted. `make up` goes on from here, `make down` stops what runs.")
        return 130


def _run(arguments: argparse.Namespace) -> int:
    name = current_name()
    if arguments.command == "logs":
        return show_logs(name, arguments.service, arguments.lines, follow=arguments.follow)
    commands = {
        "up": up,
        "down": down,
        "reset": reset,
        "status": show_status,
        "env": show_variables,
    }
    return commands[arguments.command](name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.environment",
        description="The local environment that PIPELINE_ENVIRONMENT names, or `dev`.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start it, deploy, load seed-data/, show how to use it")
    commands.add_parser("down", help="stop it; its data stay")
    commands.add_parser("reset", help="stop it and remove its data")
    commands.add_parser("status", help="show what runs; exit code 1 when it is not running")
    commands.add_parser("env", help="print the variables for a shell")
    log = commands.add_parser("logs", help="show the newest log lines")
    log.add_argument("service", nargs="?", choices=(*logs.SERVERS, *logs.FUNCTIONS))
    log.add_argument("--lines", type=int, default=20, help="how many of each (default: 20)")
    log.add_argument("--follow", action="store_true", help="go on until interrupted")
    return parser


if __name__ == "__main__":
    sys.exit(main())
