"""Chooses what the local servers run in, containers or processes of this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from local import containers, embedded, images
from local.database_server import DatabaseServer
from local.docker import EngineError, connect
from local.progress import Progress
from local.servers import LogSource, ServerState
from local.state import Environment, recorded


class Runtime(Protocol):
    """What both runtimes can do."""

    def start(self, name: str, progress: Progress, *, durable: bool = True) -> Environment:
        """Starts what does not run yet and waits until it serves."""

    def stop(self, name: str, progress: Progress) -> bool:
        """Stops what runs; data stay. True when something ran."""

    def remove(self, name: str) -> None:
        """Removes what it keeps of a stopped environment."""

    def servers(self, environment: Environment) -> list[ServerState]:
        """PostgreSQL and LocalStack, running or not."""

    def log(self, environment: Environment, service: str) -> LogSource:
        """The output of `localstack` or `postgres`."""

    def machine_address(self, environment: Environment) -> str:
        """Where functions find a server of this machine."""

    def postgres(self, environment: Environment, *, durable: bool = True) -> DatabaseServer:
        """The environment's PostgreSQL alone."""


RUNTIMES: Final[Mapping[str, Runtime]] = {
    containers.RUNTIME: containers,
    embedded.RUNTIME: embedded,
}


class UnsupportedRuntimeError(ValueError):
    """`RUNTIME` names a runtime that is not there; the message names those that are."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A runtime and, in one line, why it is this one."""

    name: str
    why: str

    @property
    def runtime(self) -> Runtime:
        """What starts and stops the servers."""
        return RUNTIMES[self.name]


def choose(variables: Mapping[str, str], name: str) -> Choice:
    """The runtime for an environment.

    Without a wish it is the one that has the environment's data; for a new environment it is
    docker when an engine answers and the images are there or can be had, else embedded.

    Args:
        variables: the environment's variables; `RUNTIME` asks for one.
        name: the environment.

    Raises:
        UnsupportedRuntimeError: that runtime is not there.
    """
    wanted = variables.get("RUNTIME")
    if wanted and wanted not in RUNTIMES:
        known = " or ".join(f"RUNTIME={one}" for one in RUNTIMES)
        raise UnsupportedRuntimeError(f"RUNTIME={wanted}: there is no such runtime; use {known}")
    if wanted:
        return Choice(name=wanted, why=f"Runtime {wanted}, as RUNTIME says")
    last = recorded(name)
    if last is not None and last.runtime in RUNTIMES:
        return Choice(
            name=last.runtime, why=f"Runtime {last.runtime}, which has this environment's data"
        )
    if reason := _obstacle():
        return Choice(
            name=embedded.RUNTIME, why=f"Runtime embedded (processes, no containers): {reason}"
        )
    return Choice(
        name=containers.RUNTIME, why="Runtime docker: an engine answers, and has or gets the images"
    )


def of(environment: Environment) -> Runtime:
    """The runtime that an environment was started in.

    Raises:
        UnsupportedRuntimeError: this version does not know it.
    """
    if environment.runtime not in RUNTIMES:
        raise UnsupportedRuntimeError(
            f"environment {environment.name!r} was started in the runtime {environment.runtime!r}, "
            "which this version does not know: `make reset` starts anew"
        )
    return RUNTIMES[environment.runtime]


def _obstacle() -> str | None:
    """Why the docker runtime can't be used; None when it can."""
    try:
        return images.obstacle(connect())
    except EngineError as error:
        return str(error)
