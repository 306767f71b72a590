"""Rows of new keys, which are copied straight into their table: the outcome of all others."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from data_pipeline.ingestion import merge
from tests.integration.ingestion.conftest import Outcome, Pipeline

KEY = "crm-data/large.ndjson"
DAY = "2026-01-{:02d}T00:00:00Z"
CUSTOMERS = "SELECT * FROM canonical.customers WHERE source_id = %s"
NOT_ONE_VERSION = "SELECT * FROM canonical.customers WHERE version <> 1"


@pytest.fixture(autouse=True)
def copied(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Makes small steps; whether each batch that was to be copied straight was so."""
    monkeypatch.setattr(merge, "_EARLY_ROWS", 100)
    monkeypatch.setattr("data_pipeline.ingestion.staging._BATCH_ROWS", 50)
    answers: list[bool] = []
    copy_new = merge.Merge.copy_new

    def noted(self: merge.Merge, *arguments: Any) -> bool:
        answers.append(copy_new(self, *arguments))
        return answers[-1]

    monkeypatch.setattr(merge.Merge, "copy_new", noted)
    return answers


def customers(numbers: range, day: int = 1, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"id": f"C{number:04d}", "name": f"Name {number}", "updated_at": DAY.format(day)} | changes
        for number in numbers
    ]


def lines(*parts: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for part in parts for record in part)


def loaded(**counts: int) -> Outcome:
    numbers = dict.fromkeys(("inserted", "updated", "unchanged", "stale", "quarantined"), 0)
    numbers |= counts
    return Outcome(status="loaded", read=sum(numbers.values()), error_rule=None, **numbers)


def test_copied_row_has_all_that_a_merged_one_has(pipeline: Pipeline, copied: list[bool]) -> None:
    details: dict[str, Any] = {
        "name": 'A "B"\n\\ \u00e9',
        "email": "A@B.example",
        "phone": "+44 161 555 0100",
        "external_ids": {"erp": "7"},
        "tags": ["null", None],
    }
    assert pipeline.load(lines(customers(range(500), **details)), KEY) == loaded(inserted=500)
    assert copied
    assert all(copied)
    merged, straight = (pipeline.row(CUSTOMERS, key) for key in ("C0001", "C0499"))
    own = ("id", "source_id", "created_at", "updated_at")
    assert {name: merged[name] for name in merged if name not in own} == {
        name: straight[name] for name in straight if name not in own
    }
    assert straight["created_at"] == straight["updated_at"] >= merged["created_at"]
    assert pipeline.rows("SELECT * FROM ingest.staged_customers") == []


def test_record_of_a_deletion_is_copied_too(pipeline: Pipeline, copied: list[bool]) -> None:
    gone = [{"id": "C0999", "deleted": True, "updated_at": DAY.format(3)}]
    delivered = lines(customers(range(400)), gone, customers(range(400, 500)))
    assert pipeline.load(delivered, KEY) == loaded(inserted=501)
    assert all(copied)
    assert pipeline.row(CUSTOMERS, "C0999")["deleted_at"].isoformat() == "2026-01-03T00:00:00+00:00"


@pytest.mark.parametrize("first", [50, 300, 420])
@pytest.mark.parametrize(("day", "name"), [(3, "Again"), (2, "Again"), (1, "Name {}")])
def test_key_that_comes_twice_has_one_version_wherever_it_comes(
    pipeline: Pipeline, first: int, day: int, name: str
) -> None:
    """First among merged rows, among copied ones, and among those of the same batch."""
    again = customers(range(first, first + 1), day=day, name="Again")
    delivered = lines(customers(range(440), day=2), again, customers(range(440, 700), day=2))
    assert pipeline.load(delivered, KEY) == loaded(inserted=700, stale=1)
    assert pipeline.row(CUSTOMERS, f"C{first:04d}")["name"] == name.format(first)
    assert pipeline.rows(NOT_ONE_VERSION) == []


def test_new_keys_then_known_ones_then_new_ones(pipeline: Pipeline, copied: list[bool]) -> None:
    pipeline.load(lines(customers(range(5000, 5050))), KEY)
    delivered = lines(
        customers(range(2000)),
        customers(range(5000, 5025), day=2, name="Changed"),
        customers(range(5025, 5050), day=2),
        customers(range(2000, 4000)),
    )
    assert pipeline.load(delivered, KEY) == loaded(inserted=4000, updated=25, unchanged=25)
    assert (copied[0], copied[-1]) == (True, True)
    assert not all(copied)
    assert len(pipeline.rows("SELECT * FROM canonical.entity_history")) == 25


def test_record_that_postgresql_refuses_among_copied_ones_is_set_aside(pipeline: Pipeline) -> None:
    refused = b'{"id": "C0400", "name": "A", "score": 1e140000}'
    delivered = [lines(customers(range(400))), refused, lines(customers(range(401, 700)))]
    outcome = pipeline.load(b"\n".join(delivered), KEY)
    assert outcome == loaded(inserted=699, quarantined=1)
    assert pipeline.row("SELECT place, rule FROM ingest.quarantine") == {
        "place": "line 401",
        "rule": "database",
    }


@pytest.mark.parametrize("step", [1, -1])
def test_two_loads_of_the_same_new_keys_insert_each_once(pipeline: Pipeline, step: int) -> None:
    keys = customers(range(2000))
    files = [pipeline.upload(lines(part), KEY) for part in (keys, keys[::step])]
    other = psycopg.connect(pipeline.writer.info.dsn, password=pipeline.writer.info.password)
    with other, ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(pipeline.processor.process, connection, file)
            for connection, file in zip((pipeline.writer, other), files, strict=True)
        ]
        for run in runs:
            run.result()
    counts = pipeline.row(
        "SELECT sum(records_inserted)::int AS inserted,"
        " sum(records_unchanged + records_stale)::int AS others FROM ingest.files"
    )
    assert counts == {"inserted": 2000, "others": 2000}
    assert pipeline.rows(NOT_ONE_VERSION) == []
    assert len(pipeline.rows("SELECT FROM canonical.customers")) == 2000


def test_edge_of_before_goes_when_its_new_customer_is_copied_without_it(
    pipeline: Pipeline, copied: list[bool]
) -> None:
    edges = [
        {
            "id": f"parent_of:C{number:04d}",
            "record_type": "relationship",
            "type": "parent_of",
            "from": {"entity": "customers", "id": "P1"},
            "to": {"entity": "customers", "id": f"C{number:04d}"},
            "updated_at": DAY.format(1),
        }
        for number in (10, 450)
    ]
    pipeline.load(lines(edges), KEY)
    pipeline.load(lines(customers(range(500), day=2)), KEY)
    assert copied
    assert all(copied)
    assert pipeline.rows("SELECT FROM canonical.relationships WHERE deleted_at IS NULL") == []


def test_line_of_before_goes_when_its_new_order_is_copied_without_it(
    pipeline: Pipeline, copied: list[bool]
) -> None:
    def record(kind: str, identifier: str, day: int, **fields: Any) -> dict[str, Any]:
        stamp = f"2026-01-{day:02d}T00:00:00.000+0000"
        return {"attributes": {"type": kind}, "Id": identifier, "SystemModstamp": stamp} | fields

    def order_id(number: int) -> str:
        return f"801{number:012d}"

    items = [
        record("OrderItem", f"802{number:012d}", 1, OrderId=order_id(number), Quantity=1)
        for number in (10, 450)
    ]
    none = {"totalSize": 0, "done": True, "records": []}
    orders = [
        record("Order", order_id(number), 2, EffectiveDate="2026-01-01", OrderItems=none)
        for number in range(500)
    ]
    alive = "SELECT order_source_id FROM canonical.current_order_items"
    pipeline.load(lines(items), "salesforce-data/items.ndjson")
    assert len(pipeline.rows(alive)) == 2
    pipeline.load(lines(orders), "salesforce-data/orders.ndjson")
    assert copied
    assert all(copied)
    assert pipeline.rows(alive) == []


def test_copied_lines_of_an_older_record_go_when_the_order_has_a_newer_one(
    pipeline: Pipeline, copied: list[bool]
) -> None:
    def order(number: int, day: int, *line_numbers: int) -> dict[str, Any]:
        line = {"quantity": 1, "unit_price": 5, "net": 5}
        return {
            "order_no": number, "order_date": "2026-01-01", "currency": "EUR", "gross": 5,
            "record_type": "order", "changed_at": DAY.format(day),
            "lines": [{"line_no": each} | line for each in line_numbers],
        }  # fmt: skip

    key = "erp-data/orders.ndjson"
    pipeline.load(lines([order(number, 5, 1) for number in (4990, 4991)]), key)
    pipeline.load(lines([order(number, 2, 1, 2, 3) for number in range(4500, 4992)]), key)
    assert any(copied)
    alive = "SELECT FROM canonical.current_order_items WHERE order_source_id = %s"
    assert len(pipeline.rows(alive, "4989")) == 3
    assert len(pipeline.rows(alive, "4990")) == len(pipeline.rows(alive, "4991")) == 1
