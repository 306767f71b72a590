"""Brings a local environment up, with everything deployed and loaded, and takes it down."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from infra.migration import migrate
from local.deployment import deploy
from local.progress import Progress
from local.runtime import RUNTIMES, Choice, of
from local.seeding import seed
from local.state import Environment, directory_of, recorded

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class BusyError(RuntimeError):
    """Another command works on the environment; the message says what to do."""


@contextmanager
def exclusively(what: str, progress: Progress, *, patience: float = 600) -> Iterator[None]:
    """Lets one command at a time do this; a second one waits for its turn.

    Args:
        what: an environment, or another plain word for what must not be done twice at a time.
        progress: told that it waits.
        patience: seconds to wait.

    Raises:
        BusyError: the other command did not end in time.
    """
    directory = directory_of(what)
    directory.parent.mkdir(exist_ok=True)
    lock = FileLock(directory.with_name(f"{what}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        progress.note(f"Another command is at work on {what!r}: waiting until it has ended")
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise BusyError(
                f"another command is at work on {what!r}: try again when it has ended"
            ) from None
    try:
        yield
    finally:
        lock.release()


def bring_up(name: str, progress: Progress, choice: Choice, *, durable: bool = True) -> Environment:
    """Starts what does not run, deploys what changed, migrates, and loads the seed data.

    Args:
        name: the environment.
        progress: told of each step.
        choice: the runtime. Servers that run in another one are stopped first.
        durable: whether the database's data must survive a power cut.
    """
    progress.note(choice.why)
    last = recorded(name)
    if last is not None and last.runtime != choice.name:
        of(last).stop(name, progress)
        progress.note(
            f"The data of the runtime {last.runtime} stay there: `RUNTIME={last.runtime} make up` "
            "goes back to them"
        )
    environment = choice.runtime.start(name, progress, durable=durable)
    deploy(environment, progress)
    client: LambdaClient = environment.client("lambda")
    migrated = migrate(client, environment.output("DataPipelineStack", "MigratorFunctionName"))
    count = len(migrated.applied)
    applied = f"{count} migrations applied" if count else "no new migrations"
    progress.step(f"Database at {migrated.schema_version}: {applied}")
    seed(environment, progress)
    return environment


def take_down(name: str, progress: Progress) -> None:
    """Stops what runs, in whatever runtime; data stay."""
    stopped = [runtime.stop(name, progress) for runtime in RUNTIMES.values()]
    if not any(stopped):
        progress.note(f"Environment {name!r} is not running")


def remove(name: str, progress: Progress) -> None:
    """Stops what runs and removes the environment with its data, of every runtime it ran in."""
    for runtime in RUNTIMES.values():
        runtime.stop(name, progress)
        runtime.remove(name)
    if directory_of(name).exists():
        shutil.rmtree(directory_of(name))
    progress.step(f"Environment {name!r} removed, with its data")
