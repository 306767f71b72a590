"""References between records, whichever of them arrives first."""

from tests.integration.ingestion.conftest import Pipeline

ORDER = {
    "order_no": "SO-1",
    "customer_no": 7,
    "order_date": "2026-03-04",
    "currency": "EUR",
    "gross": "10.00",
    "lines": [{"line_no": 1, "item_no": "IT-1", "quantity": 1, "unit_price": "10", "net": "10"}],
}


def test_child_before_its_parent_is_kept_and_resolved_when_the_parent_arrives(
    pipeline: Pipeline,
) -> None:
    pipeline.load({"orders": [ORDER]}, key="erp-data/orders.json")
    unresolved = pipeline.row(
        "SELECT customer_id, customer_source_id FROM canonical.current_orders"
    )
    assert unresolved == {"customer_id": None, "customer_source_id": "7"}
    pipeline.load(
        {"customers": [{"customer_no": 7, "company_name": "Acme"}]}, key="erp-data/customers.json"
    )
    parent = pipeline.row("SELECT id FROM canonical.customers")
    assert pipeline.row("SELECT customer_id FROM canonical.current_orders") == {
        "customer_id": parent["id"]
    }
    assert pipeline.row("SELECT version FROM canonical.orders") == {"version": 1}


def test_lines_find_their_order_and_their_product(pipeline: Pipeline) -> None:
    item = {"item_no": "IT-1", "name": "Sensor"}
    pipeline.load({"orders": [ORDER], "items": [item]}, key="erp-data/all.json")
    resolved = pipeline.row("""
        SELECT purchase.order_number, product.name
        FROM canonical.current_order_items AS item
        JOIN canonical.orders AS purchase ON purchase.id = item.order_id
        JOIN canonical.products AS product ON product.id = item.product_id
    """)
    assert resolved == {"order_number": "SO-1", "name": "Sensor"}


def test_same_id_in_another_system_is_not_the_parent(pipeline: Pipeline) -> None:
    pipeline.load({"orders": [ORDER]}, key="erp-data/orders.json")
    pipeline.load({"customers": [{"id": "7", "name": "Another"}]})
    assert pipeline.row("SELECT customer_id FROM canonical.current_orders") == {"customer_id": None}


def test_both_ends_of_a_relationship_are_resolved(pipeline: Pipeline) -> None:
    pipeline.load({"customers": [{"id": "C2", "name": "Child", "parent_id": "C1"}]})
    edge = "SELECT from_id, to_id FROM canonical.current_relationships"
    child = pipeline.row("SELECT id FROM canonical.customers")["id"]
    assert pipeline.row(edge) == {"from_id": None, "to_id": child}
    pipeline.load({"customers": [{"id": "C1", "name": "Parent"}]})
    parent = pipeline.row("SELECT id FROM canonical.customers WHERE source_id = 'C1'")["id"]
    assert pipeline.row(edge) == {"from_id": parent, "to_id": child}


def test_new_parent_replaces_the_edge_to_the_old_one(pipeline: Pipeline) -> None:
    for day, parent in enumerate(("C1", "C2"), start=1):
        updated_at = f"2026-01-0{day}T00:00:00Z"
        record = {"id": "C9", "name": "Child", "parent_id": parent, "updated_at": updated_at}
        pipeline.load({"customers": [record]})
    edges = pipeline.rows("SELECT from_source_id, version FROM canonical.relationships")
    assert edges == [{"from_source_id": "C2", "version": 2}]
