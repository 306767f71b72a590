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
    WHERE relname IN (
        'customers', 'staged_customers', 'contacts', 'staged_contacts', 'orders', 'staged_orders',
        'order_items', 'staged_order_items', 'relationships', 'staged_relationships'
    )
"""


def times(day: int) -> str:
    return f"2026-01-{day:02d}T00:00:00Z"


def customers(numbers: range, *, day: int = 1, name: str = "A") -> list[dict[str, Any]]:
    return [
        {"customer_no": number, "company_name": name, "changed_at": times(day)}
        for number in numbers
    ]


def contacts(numbers: range, *, day: int = 1, name: str = "A") -> list[dict[str, Any]]:
    return [
        {"id": str(number), "updatedAt": times(day), "properties": {"firstname": name}}
        for number in numbers
    ]


def orders(numbers: range, *, day: int = 1, name: str = "A") -> list[dict[str, Any]]:
    lines = [{"line_no": 1, "quantity": 1, "unit_price": 5, "net": 5, "description": name}]
    record = {"order_date": "2026-01-01", "currency": "EUR", "gross": 5, "lines": lines}
    return [
        record | {"order_no": number, "changed_at": times(day), "channel": name}
        for number in numbers
    ]


ORDER = {
    "id": 1, "created_at": times(1), "updated_at": times(1), "currency": "EUR",
    "total_price": "5.00", "processed_at": times(1),
}  # fmt: skip
LINE = {"variant_id": 1, "quantity": 1, "price": "5.00", "title": "A", "name": "A"}

# Records, where files of them lie, and files of another source of which there are many before.
KINDS = {
    "customers": (
        customers, "erp-data", "crm-data/many.json",
        [{"id": f"C{number}", "name": "A"} for number in range(5 * ROWS)],
    ),
    "contacts": (
        contacts, "hubspot-data/contacts", "crm-data/many.json",
        {"contacts": [{"id": f"C{number}", "last_name": "A"} for number in range(5 * ROWS)]},
    ),
    "orders": (
        orders, "erp-data", "shopify-data/many.json",
        {"orders": [
            ORDER | {"id": number, "line_items": [LINE | {"id": number}]}
            for number in range(5 * ROWS)
        ]},
    ),
}  # fmt: skip


def lines(*parts: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for part in parts for record in part)


def rows_read(pipeline: Pipeline) -> dict[str, int]:
    pipeline.writer.execute("SELECT pg_stat_force_next_flush()")
    pipeline.writer.commit()
    return {row["relname"]: row["rows"] for row in pipeline.rows(READ)}


@pytest.mark.parametrize("kind", KINDS)
def test_source_that_is_new_to_the_statistics_is_read_a_few_times(
    pipeline: Pipeline, kind: str
) -> None:
    """A file with rows that are new, known, changed, and repeated."""
    records, folder, other_key, others = KINDS[kind]
    assert pipeline.load(others, other_key).inserted >= 5 * ROWS
    assert pipeline.load(lines(records(range(200))), f"{folder}/few.ndjson").inserted >= 200
    pipeline.let_a_second_pass()
    before = rows_read(pipeline)
    content = lines(
        records(range(100)),
        records(range(100, 200), day=2, name="B"),
        records(range(200, ROWS)),
        records(range(200, 300), day=2, name="B"),
    )
    outcome = pipeline.load(content, f"{folder}/many.ndjson")
    of_one = outcome.read // (ROWS + 100)
    assert (outcome.inserted, outcome.updated, outcome.unchanged, outcome.stale) == (
        of_one * (ROWS - 200), of_one * 100, of_one * 100, of_one * 100,
    )  # fmt: skip
    for table, rows in rows_read(pipeline).items():
        assert rows - before[table] < 50 * ROWS, table


def test_confirmations_are_looked_up_in_a_hash_table(pipeline: Pipeline) -> None:
    parameters = {
        "file_id": 1, "after": 0, "source": "erp", "modified_at": "2026-01-01", "version_id": ""
    }  # fmt: skip
    query = sql.SQL("EXPLAIN ") + table_statement("discard_contradicted", TABLE_OF[Customer])
    plan = pipeline.writer.execute(query, parameters).fetchall()
    pipeline.writer.rollback()
    assert any("hashed SubPlan" in line for (line,) in plan)
