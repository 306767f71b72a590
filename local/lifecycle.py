"""Brings a local environment up, with everything deployed and loaded, and takes it down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from infra.migration import migrate
from local import embedded
from local.deployment import deploy
from local.progress import Progress
from local.seeding import seed
from local.state import Environment, directory_of

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


def bring_up(name: str, progress: Progress, *, durable: bool = True) -> Environment:
    """Starts what does not run, deploys what changed, migrates, and loads the seed data.

    Args:
        name: the environment.
        progress: told of each step.
        durable: whether the database's data must survive a power cut.
    """
    environment = embedded.start(name, progress, durable=durable)
    deploy(environment, progress)
    client: LambdaClient = environment.client("lambda")
    migrated = migrate(client, environment.output("DataPipelineStack", "MigratorFunctionName"))
    count = len(migrated.applied)
    applied = f"{count} migrations applied" if count else "no new migrations"
    progress.step(f"Database at {migrated.schema_version}: {applied}")
    seed(environment, progress)
    return environment


def take_down(name: str, progress: Progress) -> None:
    """Stops what runs; data stay."""
    if not embedded.stop(name, progress):
        progress.note(f"Environment {name!r} is not running")


def remove(name: str, progress: Progress) -> None:
    """Stops what runs and removes the environment with its data."""
    embedded.stop(name, progress)
    embedded.remove(name)
    progress.step(f"Environment {name!r} removed, with its data")
