"""What a load reads grows with its rows, whatever PostgreSQL takes the number of rows for.

Staged rows, and those that the same transaction inserted, are in no statistics: plans for a few
rows would compare each of thousands with each.
"""

import json
from typing import Any

import pytest
from psycopg import sql

from data_pipeline.canonical.entities import Customer
from data_pipeline.canonical.tables import TABLE_OF
from data_pipeline.ingestion.statements import table_statement
from tests.integration.ingestion.conftest import Pipeline

ROWS = 2_000
READ = """
    SELECT relname, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS rows
    FROM pg_stat_user_tables
    WHERE relname IN ('customers', 'staged_customers', 'relationships', 'staged_relationships')
"""
DAY = "2026-01-{:02d}T00:00:00Z"


def erp(numbers: range, *, day: int = 1, name: str = "A") -> list[dict[str, Any]]:
    return [
        {"customer_no": number, "company_name": name, "changed_at": DAY.format(day)}
        for number in numbers
    ]


def lines(parts: tuple[list[dict[str, Any]], ...]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for part in parts for record in part)


@pytest.fixture
def other_source(pipeline: Pipeline) -> Pipeline:
    """All that PostgreSQL knows of is another source; of this one there are a few rows."""
    many = [{"id": f"C{number}", "name": "A"} for number in range(5 * ROWS)]
    pipeline.load(many)
    pipeline.load({"customers": erp(range(100))}, "erp-data/few.json")
    return pipeline


def rows_read(pipeline: Pipeline) -> dict[str, int]:
    pipeline.writer.execute("SELECT pg_stat_force_next_flush()")
    pipeline.writer.commit()
    return {row["relname"]: row["rows"] for row in pipeline.rows(READ)}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ((erp(range(ROWS)),), {"inserted": ROWS - 100, "unchanged": 100}),
        ((erp(range(ROWS)), erp(range(100), day=2, name="B")), {"updated": 100, "stale": 100}),
        ((erp(range(100, ROWS)), erp(range(100), day=1, name="B")), {"updated": 100}),
        (([record | {"deleted": True} for record in erp(range(ROWS), day=2)],), {"updated": 100}),
    ],
    ids=["some known", "some twice", "some changed", "some deleted"],
)
def test_file_of_a_source_that_is_new_to_the_statistics_is_read_a_few_times(
    other_source: Pipeline, content: tuple[list[dict[str, Any]], ...], expected: dict[str, int]
) -> None:
    before = rows_read(other_source)
    other_source.let_a_second_pass()
    outcome = other_source.load(lines(content), "erp-data/many.ndjson")
    assert outcome._asdict() | expected == outcome._asdict()
    after = rows_read(other_source)
    for table, rows in after.items():
        assert rows - before[table] < 50 * ROWS, table


def test_confirmations_are_looked_up_in_a_hash_table(other_source: Pipeline) -> None:
    parameters = {
        "file_id": 1, "after": 0, "source": "erp", "modified_at": "2026-01-01", "version_id": ""
    }  # fmt: skip
    query = sql.SQL("EXPLAIN ") + table_statement("discard_contradicted", TABLE_OF[Customer])
    plan = other_source.writer.execute(query, parameters).fetchall()
    other_source.writer.rollback()
    assert any("hashed SubPlan" in line for (line,) in plan)
