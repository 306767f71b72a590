"""The ports the local environment listens on.

The usual ones are taken when they are free, so that the address in a script or a shell's history
stays right. PostgreSQL's is one digit longer than its own 5432, which a machine with a database
of its own has taken.
"""

import socket
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from local.state import DATABASE, DEFAULT_NAME, Environment, directory_of

LOOPBACK: Final = "127.0.0.1"
DEFAULT_LOCALSTACK: Final = 4566
DEFAULT_POSTGRES: Final = 54320
_PATIENCE_SECONDS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Ports:
    """A port for each server."""

    localstack: int
    postgres: int


def of(environment: Environment) -> Ports:
    """The ports of an environment."""
    port = urlsplit(environment.endpoint).port
    if port is None:
        raise ValueError(f"{environment.endpoint} names no port")
    return Ports(localstack=port, postgres=environment.postgres_port)


def environment_at(name: str, runtime: str, chosen: Ports) -> Environment:
    """The environment that listens at these ports of loopback."""
    return Environment(
        name=name,
        runtime=runtime,
        endpoint=f"http://{LOOPBACK}:{chosen.localstack}",
        postgres_host=LOOPBACK,
        postgres_port=chosen.postgres,
        database=DATABASE,
        directory=directory_of(name),
    )


def choose(name: str, last: Ports | None) -> Ports:
    """Ports that are free now.

    Those of the last start are preferred, then the usual ones. Environments other than the
    default one never take the usual ports, so that the default one can start beside them.
    A server that was just killed may hold its port a moment longer: that is waited for.
    """
    if last:
        _await_release(last.localstack, last.postgres)
    usual = Ports(localstack=DEFAULT_LOCALSTACK, postgres=DEFAULT_POSTGRES)
    wanted = [last, usual] if name == DEFAULT_NAME else [last]
    reserved = {usual.localstack, usual.postgres}
    localstack = _first_free((ports.localstack for ports in wanted if ports), reserved)
    postgres = _first_free((ports.postgres for ports in wanted if ports), reserved | {localstack})
    return Ports(localstack=localstack, postgres=postgres)


def choose_again(name: str, last: Ports, *, localstack_runs: bool, postgres_runs: bool) -> Ports:
    """Those of the servers that run, and free ones for the others."""
    if localstack_runs and postgres_runs:
        return last
    free = choose(name, last)
    return Ports(
        localstack=last.localstack if localstack_runs else free.localstack,
        postgres=last.postgres if postgres_runs else free.postgres,
    )


def is_free(port: int) -> bool:
    """Whether a server could listen there on loopback now."""
    with socket.socket() as candidate:
        # As servers do: a port whose last connections are just closing counts as free.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _await_release(*ports: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not all(map(is_free, ports)) and time.monotonic() < deadline:
        time.sleep(0.1)


def _first_free(wanted: Iterable[int], reserved: Collection[int]) -> int:
    """The first of the wanted ones that is free, or any other but those that are reserved."""
    for port in wanted:
        if is_free(port):
            return port
    while (port := _any_free()) in reserved:
        pass
    return port


def _any_free() -> int:
    with socket.socket() as candidate:
        candidate.bind((LOOPBACK, 0))
        return int(candidate.getsockname()[1])
