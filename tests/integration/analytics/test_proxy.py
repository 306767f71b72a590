"""Answers leave a connection to RDS Proxy free for others."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data_pipeline.analytics import handler
from data_pipeline.analytics.snapshot import snapshot
from tests.integration import sales
from tests.integration.function_environment import Invoke
from tests.integration.proxy_rules import Sent, pins, recorded

SETTINGS = """
    SELECT current_setting('application_name'), current_setting('statement_timeout'),
           current_setting('TimeZone')
"""


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    with recorded(tmp_path / "libpq.trace", monkeypatch) as found:
        yield found


@pytest.mark.parametrize(
    "operation", ["simple_demo", "database_info", "relationship_analysis", "time_series_patterns"]
)
def test_answer_sends_nothing_that_pins(operation: str, sent: Sent, invoke: Invoke) -> None:
    assert invoke("GET", "/analytics", query=f"operation={operation}")["statusCode"] == 200
    assert any("begin_reading" in statement for statement in sent.statements())
    assert sent.pinning() == []


def test_connection_that_a_cursor_pinned_is_given_up(sent: Sent, invoke: Invoke) -> None:
    asked = {"operation": "custom_complex_query", "parameters": {"query": "SELECT 1 AS one"}}
    assert invoke("POST", "/analytics", body=asked)["statusCode"] == 200
    assert any("DECLARE" in statement for statement in sent.pinning())
    assert handler._analytics().database._connection is None


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
