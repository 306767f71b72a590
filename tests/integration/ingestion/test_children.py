"""Children that the newer record of their owner has no more."""

from typing import Any

import pytest

from tests.integration.ingestion.conftest import Pipeline

LINES = """
    SELECT line_number FROM canonical.current_order_items
    WHERE order_source_id = '4711' ORDER BY line_number
"""
DROPPED = "SELECT sum(children_dropped)::int AS rows FROM ingest.files"
PARENTS = """
    SELECT from_source_id FROM canonical.relationships
    WHERE relationship_type = 'parent_of' AND to_source_id = 'C1' AND deleted_at IS NULL
"""


def order(day: int, *lines: int, **changes: Any) -> dict[str, Any]:
    line = {"quantity": 1, "unit_price": 5, "net": 5}
    record = {
        "order_no": 4711,
        "order_date": "2026-01-01",
        "currency": "EUR",
        "gross": 5,
        "changed_at": f"2026-01-{day:02d}T00:00:00Z",
        "lines": [{"line_no": number} | line for number in lines],
    }
    return record | changes


def load(pipeline: Pipeline, *orders: dict[str, Any]) -> None:
    outcome = pipeline.load({"orders": orders}, key="erp-data/orders.json")
    assert (outcome.status, outcome.quarantined) == ("loaded", 0)


def lines(pipeline: Pipeline) -> list[int]:
    return [row["line_number"] for row in pipeline.rows(LINES)]


def test_line_that_a_newer_order_left_out_is_deleted_and_kept_in_history(
    pipeline: Pipeline,
) -> None:
    load(pipeline, order(1, 1, 2))
    before = pipeline.dataset_version()
    load(pipeline, order(2, 1))
    assert lines(pipeline) == [1]
    row = pipeline.row("SELECT * FROM canonical.order_items WHERE source_id = '4711/2'")
    assert (row["version"], row["deleted_at"].isoformat()) == (2, "2026-01-02T00:00:00+00:00")
    history = pipeline.row("SELECT * FROM canonical.entity_history WHERE entity = 'order_items'")
    assert (history["id"], history["version"], history["data"]["deleted_at"]) == (
        row["id"], 1, None
    )  # fmt: skip
    assert pipeline.row(DROPPED)["rows"] == 1
    assert pipeline.dataset_version() == before + 1


def test_all_lines_of_an_order_can_go_and_come_back(pipeline: Pipeline) -> None:
    load(pipeline, order(1, 1, 2))
    load(pipeline, order(2))
    assert lines(pipeline) == []
    load(pipeline, order(3, 2))
    assert lines(pipeline) == [2]


def test_older_order_that_comes_later_brings_no_line_back(pipeline: Pipeline) -> None:
    load(pipeline, order(2, 1))
    load(pipeline, order(1, 1, 2))
    assert lines(pipeline) == [1]


def test_of_two_records_of_an_order_in_a_file_the_newer_one_has_the_lines(
    pipeline: Pipeline,
) -> None:
    load(pipeline, order(2, 1), order(1, 1, 2, 3))
    assert lines(pipeline) == [1]


def test_the_same_order_again_drops_nothing(pipeline: Pipeline) -> None:
    load(pipeline, order(1, 1, 2))
    load(pipeline, order(1, 1, 2))
    load(pipeline, order(2, 1, 2))
    assert lines(pipeline) == [1, 2]
    assert pipeline.row(DROPPED)["rows"] == 0


def test_order_without_its_lines_says_nothing_of_them(pipeline: Pipeline) -> None:
    load(pipeline, order(1, 1, 2))
    header = order(2)
    del header["lines"]
    load(pipeline, header)
    assert lines(pipeline) == [1, 2]


def test_lines_of_other_orders_stay(pipeline: Pipeline) -> None:
    load(pipeline, order(1, 1, 2), order(1, 1, order_no=4712))
    load(pipeline, order(2, 2))
    assert lines(pipeline) == [2]
    rows = pipeline.rows("SELECT source_id FROM canonical.current_order_items ORDER BY source_id")
    assert [row["source_id"] for row in rows] == ["4711/2", "4712/1"]


def test_lines_go_with_their_order(pipeline: Pipeline) -> None:
    load(pipeline, order(1, 1, 2))
    load(pipeline, {"order_no": 4711, "deleted": True, "changed_at": "2026-01-02T00:00:00Z"})
    assert lines(pipeline) == []
    load(pipeline, order(3, 1))
    assert lines(pipeline) == [1]


def test_line_that_the_database_refuses_is_not_taken_for_one_that_is_gone(
    pipeline: Pipeline,
) -> None:
    load(pipeline, order(1, 1, 2))
    text = b'{"orders": [%s]}' % pipeline.text(order(2, 1, 2)).replace(
        b'"line_no": 2', b'"line_no": 2, "weight": 1e999999'
    )
    outcome = pipeline.load(text, key="erp-data/orders.json")
    assert (outcome.status, outcome.quarantined) == ("loaded", 1)
    assert lines(pipeline) == [1, 2]


def customer(day: int, **changes: Any) -> dict[str, Any]:
    return {"id": "C1", "name": "A", "updated_at": f"2026-01-{day:02d}T00:00:00Z"} | changes


def parents(pipeline: Pipeline) -> list[str]:
    return [row["from_source_id"] for row in pipeline.rows(PARENTS)]


def test_edge_to_a_parent_goes_when_the_newer_record_names_none(pipeline: Pipeline) -> None:
    pipeline.load([customer(1, parent_id="P1")])
    assert parents(pipeline) == ["P1"]
    pipeline.load([customer(2)])
    assert parents(pipeline) == []
    pipeline.load([customer(3, parent_id="P2")])
    assert parents(pipeline) == ["P2"]


def test_edge_of_an_older_record_that_comes_later_is_not_kept(pipeline: Pipeline) -> None:
    pipeline.load([customer(2)])
    pipeline.load([customer(1, parent_id="P1")])
    assert parents(pipeline) == []


def test_edge_that_a_file_of_relationships_declared_stays(pipeline: Pipeline) -> None:
    edge = {
        "id": "R1",
        "type": "parent_of",
        "from": {"entity": "customers", "id": "P1"},
        "to": {"entity": "customers", "id": "C1"},
        "updated_at": "2026-01-01T00:00:00Z",
    }
    pipeline.load({"relationships": [edge], "customers": [customer(2)]})
    assert parents(pipeline) == ["P1"]


@pytest.mark.parametrize("newer", [{"totalSize": 0, "done": True, "records": []}, None])
def test_salesforce_order_item_is_gone_when_the_selected_items_lack_it(
    pipeline: Pipeline, newer: dict[str, Any] | None
) -> None:
    def record(day: int, items: object) -> dict[str, Any]:
        stamp = f"2026-01-{day:02d}T00:00:00.000+0000"
        return {
            "attributes": {"type": "Order"}, "Id": "801000000000001AAA", "SystemModstamp": stamp,
            "EffectiveDate": "2026-01-01", "OrderItems": items,
        }  # fmt: skip

    item = {
        "attributes": {"type": "OrderItem"}, "Id": "802000000000001AAA", "Quantity": 1,
        "SystemModstamp": "2025-01-01T00:00:00.000+0000",
    }  # fmt: skip
    some = {"totalSize": 1, "done": True, "records": [item]}
    key = "salesforce-data/orders.json"
    assert pipeline.load({"records": [record(1, some)]}, key=key).inserted == 2
    pipeline.load({"records": [record(2, some)]}, key=key)
    alive = "SELECT source_id FROM canonical.current_order_items"
    assert len(pipeline.rows(alive)) == 1
    pipeline.load({"records": [record(3, newer)]}, key=key)
    # Null is also what a query answers that selects no items.
    assert len(pipeline.rows(alive)) == (0 if newer else 1)
