"""Kept answers while PostgreSQL is really stopped: a server of the test's own."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from data_pipeline.migrator.passwords import set_password
from data_pipeline.migrator.schema import migrate
from local import database, lifecycle, ports, runtime, state
from local.database_server import DatabaseServer
from local.progress import Progress
from local.state import Environment
from tests.integration import sales
from tests.integration.databases import READER, TestDatabase
from tests.integration.function_environment import Invoke, body

ANALYSIS = f"operation=customer_analysis&as_of={sales.AS_OF}"
# Of this run alone. `make test` removes what begins so, also when the tests were killed.
NAME = f"test-stopped-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def own(environment: Environment) -> Iterator[tuple[Environment, DatabaseServer]]:
    """A PostgreSQL with an empty database, beside the LocalStack that all tests share."""
    server = replace(
        environment,
        name=NAME,
        postgres_port=ports.choose(NAME, None).postgres,
        directory=state.directory_of(NAME),
    )
    server.save()
    postgres = runtime.of(server).postgres(server, durable=False)
    try:
        postgres.start()
        yield server, postgres
    finally:
        lifecycle.remove(NAME, Progress())


@pytest.fixture
def database_url(own: tuple[Environment, DatabaseServer]) -> TestDatabase:
    """The server's database, which the function of these tests is led to."""
    server, _ = own
    passwords = server.credentials()
    owner = server.conninfo(database.OWNER, passwords.owner)
    migrate(owner)
    with psycopg.connect(owner) as connection:
        set_password(connection, READER, passwords.reader)
    sales.load(owner)
    return TestDatabase(
        name=server.database,
        owner=owner,
        writer="",
        reader=server.conninfo(READER, passwords.reader),
    )


def _ask(invoke: Invoke, query: str = ANALYSIS) -> dict[str, Any]:
    return invoke("GET", "/analytics", query=query)


def test_kept_answers_stand_in_while_the_server_is_stopped(
    invoke: Invoke, own: tuple[Environment, DatabaseServer], database_url: TestDatabase
) -> None:
    _, postgres = own
    kept = _ask(invoke)
    assert kept["headers"]["X-Cache"] == "MISS"
    sales.change(database_url.owner)
    assert postgres.stop()

    stale = _ask(invoke)
    assert stale["statusCode"] == 200
    assert stale["headers"]["X-Cache"] == "STALE"
    assert stale["headers"]["X-Dataset-Version"] == "1"
    assert int(stale["headers"]["Age"]) >= 0
    assert "ETag" not in stale["headers"]
    assert body(stale)["rows"] == body(kept)["rows"]
    unknown = _ask(invoke, f"{ANALYSIS}&level=group")
    assert unknown["statusCode"] == 503
    assert unknown["headers"]["Retry-After"]
    assert invoke("GET", "/health")["statusCode"] == 503

    postgres.start()
    fresh = _ask(invoke)
    assert fresh["headers"]["X-Cache"] == "MISS"
    assert fresh["headers"]["X-Dataset-Version"] == "2"
    assert body(fresh)["rows"] != body(kept)["rows"]
