"""The numbers of records that loads keep are those that counting every row gives."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from data_pipeline.ingestion import merge
from data_pipeline.ingestion.events import ObjectCreated
from tests.integration.databases import TestDatabase
from tests.integration.ingestion.conftest import Pipeline

KEPT = """
    SELECT entity, source_system, records::int, deleted_records::int
    FROM canonical.record_counts ORDER BY entity, source_system
"""
COUNTED = """
    SELECT entity, source_system, count(*) FILTER (WHERE deleted_at IS NULL)::int AS records,
        count(*) FILTER (WHERE deleted_at IS NOT NULL)::int AS deleted_records
    FROM (
        SELECT 'customers' AS entity, source_system, deleted_at FROM canonical.customers
        UNION ALL SELECT 'contacts', source_system, deleted_at FROM canonical.contacts
        UNION ALL SELECT 'products', source_system, deleted_at FROM canonical.products
        UNION ALL SELECT 'opportunities', source_system, deleted_at FROM canonical.opportunities
        UNION ALL SELECT 'orders', source_system, deleted_at FROM canonical.orders
        UNION ALL SELECT 'order_items', source_system, deleted_at FROM canonical.order_items
        UNION ALL SELECT 'invoices', source_system, deleted_at FROM canonical.invoices
        UNION ALL SELECT 'relationships', source_system, deleted_at FROM canonical.relationships
    ) AS record
    GROUP BY entity, source_system ORDER BY entity, source_system
"""


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Early merges of few rows, so that small files are loaded in all the ways there are."""
    monkeypatch.setattr(merge, "_EARLY_ROWS", 20)
    monkeypatch.setattr("data_pipeline.ingestion.staging._BATCH_ROWS", 10)


def customers(draw: random.Random) -> list[dict[str, Any]]:
    """Some are new, some change, some come twice, late, wrong or deleted."""
    return [
        {
            "id": f"C{draw.randrange(120)}",
            "name": draw.choice(["Acme", "Bolt", None]),
            "updated_at": f"2026-01-{draw.randrange(1, 29):02d}T00:00:00Z",
            "parent_id": draw.choice([None, f"C{draw.randrange(120)}"]),
            "deleted": draw.random() < 0.1,
        }
        for _ in range(draw.randrange(1, 80))
    ]


def orders(draw: random.Random) -> list[dict[str, Any]]:
    """The same of orders, whose lines come and go."""
    return [
        {
            "order_no": draw.randrange(60),
            "order_date": "2026-01-01",
            "currency": draw.choice(["EUR", "EUR", "nonsense"]),
            "gross": 5,
            "changed_at": f"2026-01-{draw.randrange(1, 29):02d}T00:00:00Z",
            "lines": [
                {"line_no": number, "quantity": 1, "unit_price": 5, "net": 5}
                for number in draw.sample(range(5), draw.randrange(5))
            ],
        }
        for _ in range(draw.randrange(1, 40))
    ]


def upload(pipeline: Pipeline, draw: random.Random) -> ObjectCreated:
    if draw.random() < 0.5:
        lines = "\n".join(json.dumps(record) for record in customers(draw))
        return pipeline.upload(lines.encode(), "crm-data/random.ndjson")
    return pipeline.upload({"orders": orders(draw)}, "erp-data/random.json")


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("seed", range(6))
def test_kept_numbers_are_exact_after_every_load(pipeline: Pipeline, seed: int) -> None:
    draw = random.Random(seed)
    uploaded: list[ObjectCreated] = []
    for _ in range(8):
        created = upload(pipeline, draw)
        pipeline.process(created)
        uploaded.append(created)
        assert pipeline.rows(KEPT) == pipeline.rows(COUNTED)
    pipeline.process(draw.choice(uploaded))
    assert pipeline.rows(KEPT) == pipeline.rows(COUNTED)


@pytest.mark.usefixtures("small_steps")
def test_kept_numbers_are_those_of_counting_anew(pipeline: Pipeline) -> None:
    draw = random.Random(99)
    for _ in range(8):
        pipeline.process(upload(pipeline, draw))
    kept = pipeline.rows(KEPT)
    assert {row["entity"] for row in kept} >= {"customers", "relationships", "orders"}
    pipeline.rows("SELECT ingest.count_rows_anew()")
    assert pipeline.rows(KEPT) == kept


@pytest.mark.usefixtures("small_steps")
def test_kept_numbers_are_exact_after_loads_at_the_same_time(
    pipeline: Pipeline, database_url: TestDatabase
) -> None:
    draw = random.Random(7)
    uploaded = [upload(pipeline, draw) for _ in range(16)]

    def process(created: ObjectCreated) -> None:
        with psycopg.connect(database_url.writer) as connection:
            pipeline.processor.process(connection, created)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(process, uploaded))
    assert pipeline.rows(KEPT) == pipeline.rows(COUNTED)


def test_file_that_is_not_loaded_counts_nothing(pipeline: Pipeline) -> None:
    pipeline.load([{"id": "C1", "name": "Acme", "updated_at": "2026-01-01T00:00:00Z"}])
    before = pipeline.rows(KEPT)
    broken = b'[{"id": "C2", "name": "Bolt", "updated_at": "2026-01-01T00:00:00Z"}, {'
    assert pipeline.load(broken).status == "failed"
    assert pipeline.rows(KEPT) == before


def test_last_file_is_the_one_that_changed_something_last(pipeline: Pipeline) -> None:
    record = {"id": "C1", "name": "Acme", "updated_at": "2026-01-01T00:00:00Z"}
    last = "SELECT last_file_id FROM canonical.record_counts WHERE entity = 'customers'"
    pipeline.load([record])
    first = pipeline.row(last)
    pipeline.let_a_second_pass()
    pipeline.load([record])
    assert pipeline.row(last) == first
    pipeline.let_a_second_pass()
    pipeline.load([record | {"name": "Bolt", "updated_at": "2026-01-02T00:00:00Z"}])
    assert pipeline.row(last)["last_file_id"] > first["last_file_id"]
