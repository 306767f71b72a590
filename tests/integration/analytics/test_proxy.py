"""Answers leave a connection to RDS Proxy free for others."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data_pipeline.analytics import handler
from data_pipeline.analytics.catalog import OPERATIONS
from data_pipeline.analytics.snapshot import snapshot
from data_pipeline.aws.database import Database
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import Invoke
from tests.integration.proxy_rules import Sent, pins, recorded

NEEDING_PARAMETERS = {"custom_complex_query", "entity_history"}
SETTINGS = """
    SELECT current_setting('application_name'), current_setting('statement_timeout'),
           current_setting('TimeZone')
"""


def _ask(invoke: Invoke, query: str) -> int:
    asked = {"operation": "custom_complex_query", "parameters": {"query": query}}
    return int(invoke("POST", "/analytics", body=asked)["statusCode"])


def _is_closed(database: Database) -> bool:
    return database._connection is not None and database._connection.closed


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    with recorded(tmp_path / "libpq.trace", monkeypatch) as found:
        yield found


@pytest.fixture
def proxy(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server in the proxy's place."""
    monkeypatch.setenv("DATABASE_PROXY_HOST", environment.postgres_host)


@pytest.mark.parametrize(
    "operation", ["simple_demo", "database_info", "relationship_analysis", "time_series_patterns"]
)
def test_answer_sends_nothing_that_pins(operation: str, sent: Sent, invoke: Invoke) -> None:
    assert invoke("GET", "/analytics", query=f"operation={operation}")["statusCode"] == 200
    assert any("begin_reading" in statement for statement in sent.statements())
    assert sent.pinning() == []


@pytest.mark.parametrize(
    "query", ["SELECT 1 AS one", "SELECT 1 AS one WHERE false", "SELECT 1 / 0 AS one"]
)
def test_answer_to_users_sql_sends_nothing_that_pins(
    query: str, sent: Sent, invoke: Invoke
) -> None:
    _ask(invoke, query)
    connection = handler._analytics().database._connection
    _ask(invoke, query)
    assert handler._analytics().database._connection is connection
    assert sent.pinning() == []


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("query", ["SELECT {long} AS one", "SELECT {long}::int AS one"])
def test_connection_that_long_sql_pinned_is_given_up(
    query: str, sent: Sent, invoke: Invoke
) -> None:
    _ask(invoke, query.format(long=f"'{'x' * 17_000}'"))
    assert sent.pinning() != []
    assert _is_closed(handler._analytics().database)


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("operation", sorted(OPERATIONS.keys() - NEEDING_PARAMETERS))
def test_connection_is_given_up_when_it_is_pinned_and_only_then(
    operation: str, sent: Sent, invoke: Invoke
) -> None:
    assert invoke("GET", "/analytics", query=f"operation={operation}")["statusCode"] == 200
    assert _is_closed(handler._analytics().database) == bool(sent.pinning())


def test_connection_is_kept_where_there_is_no_proxy(invoke: Invoke) -> None:
    _ask(invoke, f"SELECT '{'x' * 17_000}' AS one")
    assert not _is_closed(handler._analytics().database)


def test_connection_with_more_rows_than_fit_is_given_up(sent: Sent, invoke: Invoke) -> None:
    row = "repeat(repeat('x', 1000), 900)"
    _ask(invoke, f"SELECT {row} AS x FROM generate_series(1, 1000)")
    assert _is_closed(handler._analytics().database)
    assert _ask(invoke, "SELECT 1 AS one") == 200
    assert sent.pinning() == []


def test_settings_of_a_reading_end_with_it(database_url: sales.Conninfos) -> None:
    with psycopg.connect(database_url.reader, autocommit=True) as reader:
        before = reader.execute(SETTINGS).fetchone()
        with snapshot(reader, application_name="analytics/1", timeout_seconds=1.5):
            assert reader.execute(SETTINGS).fetchone() == ("analytics/1", "1500ms", "UTC")
        assert reader.execute(SETTINGS).fetchone() == before


@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL work_mem = '1GB'",
        " declare c cursor for select 1",
        "SELECT pg_advisory_lock(1)",
        f"SELECT '{'x' * 20_000}'",
    ],
)
def test_what_pins_is_recognised(statement: str) -> None:
    assert pins(statement)
    assert not pins("UPDATE canonical.customers SET name = 'SET'")
