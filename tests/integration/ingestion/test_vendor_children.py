"""What becomes of children that a vendor's newer answer has no more, as docs/sources says it."""

import json
from typing import Any

from tests.integration.ingestion.conftest import Pipeline
from tests.unit.sources.files import example

LINES = "SELECT source_id FROM canonical.current_order_items ORDER BY source_id"
EDGES = """
    SELECT relationship_type AS kind, from_source_id AS origin, to_source_id AS target
    FROM canonical.current_relationships ORDER BY 1, 2, 3
"""


def load(pipeline: Pipeline, content: object, key: str) -> None:
    outcome = pipeline.load(content, key)
    assert (outcome.status, outcome.quarantined, outcome.stale) == ("loaded", 0, 0)


def ids(pipeline: Pipeline, query: str) -> list[str]:
    return [row["source_id"] for row in pipeline.rows(query)]


def edges(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["origin"], row["target"]) for row in pipeline.rows(EDGES)]


def sap_order(day: int, **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = json.loads(example("sap/sales_order_v2_expanded.json"))["d"]["results"][
        0
    ]
    return {"d": order | {"LastChangeDateTime": f"2026-03-{day:02d}T00:00:00Z"} | changes}


def test_sap_order_drops_the_items_that_its_newer_answer_lacks(pipeline: Pipeline) -> None:
    key = "sap-data/order.json"
    load(pipeline, sap_order(1), key)
    items = sap_order(1)["d"]["to_Item"]["results"]
    before = ids(pipeline, LINES)
    assert len(before) == len(items) > 1
    load(pipeline, sap_order(2, to_Item={"__deferred": {"uri": "https://x.example/to_Item"}}), key)
    assert ids(pipeline, LINES) == before
    load(pipeline, sap_order(3, to_Item={"results": items[:1]}), key)
    assert ids(pipeline, LINES) == before[:1]


def shopify_order(day: int, lines: int | None) -> dict[str, Any]:
    order: dict[str, Any] = json.loads(example("shopify/orders.json"))["orders"][0]
    line = order["line_items"][0]
    order["updated_at"] = f"2026-03-{day:02d}T00:00:00Z"
    order["line_items"] = [line | {"id": 100 + number} for number in range(lines or 0)]
    if lines is None:
        del order["line_items"]
    return {"order": order}


def test_shopify_order_drops_the_lines_that_its_newer_answer_lacks(pipeline: Pipeline) -> None:
    key = "shopify-data/order.json"
    load(pipeline, shopify_order(1, 3), key)
    load(pipeline, shopify_order(2, None), key)
    assert ids(pipeline, LINES) == ["100", "101", "102"]
    load(pipeline, shopify_order(3, 1), key)
    assert ids(pipeline, LINES) == ["100"]


ACCOUNT, PARENT = "0015g00000QxT1aAAF", "0015g00000QxT3CAAV"
CONTACT, BOSS = "0035g00000AbCd1AAF", "0035g00000AbCd2AAF"


def salesforce(kind: str, day: int, **fields: Any) -> dict[str, Any]:
    stamp = f"2026-03-{day:02d}T00:00:00.000+0000"
    record = {"attributes": {"type": kind}, "SystemModstamp": stamp} | fields
    return {"totalSize": 1, "done": True, "records": [record]}


def test_salesforce_account_without_its_parent_has_no_edge_to_it(pipeline: Pipeline) -> None:
    key = "salesforce-data/accounts.json"
    load(pipeline, salesforce("Account", 1, Id=ACCOUNT, Name="A", ParentId=PARENT), key)
    assert edges(pipeline) == [("parent_of", PARENT, ACCOUNT)]
    load(pipeline, salesforce("Account", 2, Id=ACCOUNT, Name="A", ParentId=None), key)
    assert edges(pipeline) == []


def test_salesforce_contact_keeps_whom_it_reported_to_until_that_is_another(
    pipeline: Pipeline,
) -> None:
    key = "salesforce-data/contacts.json"
    for day, boss, known in ((1, BOSS, BOSS), (2, None, BOSS), (3, PARENT, PARENT)):
        record = salesforce("Contact", day, Id=CONTACT, LastName="L", ReportsToId=boss)
        load(pipeline, record, key)
        assert edges(pipeline) == [("reports_to", CONTACT, known)]


def company(day: int, **changes: Any) -> dict[str, Any]:
    stamp = f"2026-03-{day:02d}T00:00:00.000Z"
    record = {"id": "1", "properties": {"name": "A", "hs_object_id": "1"}, "updatedAt": stamp}
    return {"results": [record | changes]}


HUBSPOT = "hubspot-data/companies/page.json"


def test_hubspot_association_that_was_removed_stays_a_relationship(pipeline: Pipeline) -> None:
    child = {"companies": {"results": [{"id": "2", "type": "parent_to_child_company"}]}}
    load(pipeline, company(1, associations=child), HUBSPOT)
    load(pipeline, company(2), HUBSPOT)
    assert edges(pipeline) == [("parent_of", "1", "2")]


def test_hubspot_record_that_was_merged_stays_and_leads_to_the_winner(pipeline: Pipeline) -> None:
    loser = company(1)["results"][0] | {"id": "2"}
    load(pipeline, {"results": [loser]}, HUBSPOT)
    load(pipeline, company(2, properties={"name": "A", "hs_merged_object_ids": "2"}), HUBSPOT)
    assert edges(pipeline) == [("merged_into", "2", "1")]
    assert ids(pipeline, "SELECT source_id FROM canonical.current_customers ORDER BY 1") == [
        "1", "2"
    ]  # fmt: skip


def test_hubspot_record_that_was_restored_comes_back_with_its_next_change(
    pipeline: Pipeline,
) -> None:
    live = "SELECT source_id FROM canonical.current_customers"
    load(pipeline, company(1), HUBSPOT)
    load(pipeline, company(1, archived=True, archivedAt="2026-03-02T00:00:00Z"), HUBSPOT)
    assert pipeline.load(company(1), HUBSPOT).stale == 1
    assert ids(pipeline, live) == []
    load(pipeline, company(3), HUBSPOT)
    assert ids(pipeline, live) == ["1"]


def shopify_product(day: int, variants: list[int]) -> dict[str, Any]:
    product: dict[str, Any] = json.loads(example("shopify/products.json"))["products"][0]
    variant = product["variants"][0] | {"updated_at": "2026-01-01T00:00:00Z"}
    product["updated_at"] = f"2026-03-{day:02d}T00:00:00Z"
    product["variants"] = [variant | {"id": number} for number in variants]
    return {"product": product}


def test_shopify_variant_that_its_product_has_no_more_stays(pipeline: Pipeline) -> None:
    key = "shopify-data/products.json"
    load(pipeline, shopify_product(1, [1, 2]), key)
    load(pipeline, shopify_product(2, [1]), key)
    current = "SELECT source_id FROM canonical.current_products WHERE source_id IN ('1', '2')"
    assert sorted(ids(pipeline, current)) == ["1", "2"]
