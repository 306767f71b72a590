"""SAP's answers through the loader, into the database."""

import itertools
import json
from decimal import Decimal

import pytest

from tests.integration.ingestion.conftest import Pipeline
from tests.unit.sources.files import example

PARTNERS = ("sap/business_partner_v2_expanded.json", "sap-data/partners.json")
PRODUCTS = ("sap/product_v2_expanded.json", "sap-data/products.json")
ORDERS = ("sap/sales_order_v2_expanded.json", "sap-data/orders.json")

RESOLVED = """
    SELECT purchase.order_number, customer.name, unified.name AS unified, purchase.total
    FROM canonical.current_orders AS purchase
    JOIN canonical.customers AS customer ON customer.id = purchase.customer_id
    JOIN canonical.unified_customers AS unified ON customer.id = ANY (unified.customer_ids)
    ORDER BY purchase.order_number
"""


@pytest.mark.parametrize(
    "order", list(itertools.permutations((PARTNERS, PRODUCTS, ORDERS))), ids=range(6)
)
def test_orders_find_their_customers_whichever_number_they_use_and_whatever_comes_first(
    pipeline: Pipeline, order: tuple[tuple[str, str], ...]
) -> None:
    for name, key in order:
        outcome = pipeline.load(example(name), key)
        assert (outcome.status, outcome.quarantined) == ("loaded", 0)
    nordlicht, southwest = "Nordlicht Pumpen GmbH Werk Nord", "Southwest Retail"
    assert pipeline.rows(RESOLVED) == [
        {"order_number": "4711", "name": nordlicht, "unified": nordlicht, "total": 3830},
        {"order_number": "4712", "name": southwest, "unified": southwest, "total": 370000},
        {"order_number": "4713", "name": nordlicht, "unified": nordlicht,
         "total": Decimal("512.345")},
    ]  # fmt: skip


def test_partner_and_its_customer_number_are_one_unified_customer(pipeline: Pipeline) -> None:
    pipeline.load(example(PARTNERS[0]), PARTNERS[1])
    unified = pipeline.rows("SELECT name, record_count FROM canonical.unified_customers")
    assert sorted((each["name"], each["record_count"]) for each in unified) == [
        ("Nordlicht Pumpen GmbH Werk Nord", 1),
        ("Southwest Retail", 2),
    ]


def test_items_find_their_order_and_product(pipeline: Pipeline) -> None:
    pipeline.load(example(ORDERS[0]), ORDERS[1])
    pipeline.load(example(PRODUCTS[0]), PRODUCTS[1])
    assert pipeline.row("""
        SELECT purchase.order_number, product.name, item.total, item.currency
        FROM canonical.current_order_items AS item
        JOIN canonical.orders AS purchase ON purchase.id = item.order_id
        JOIN canonical.products AS product ON product.id = item.product_id
        WHERE item.source_id = '4711/10'
    """) == {
        "order_number": "4711",
        "name": "Centrifugal pump NX-200",
        "total": Decimal("3600.00"),
        "currency": "EUR",
    }


def test_version_4_of_the_service_continues_version_2(pipeline: Pipeline) -> None:
    pipeline.load(example(ORDERS[0]), ORDERS[1])
    outcome = pipeline.load(example("sap/sales_order_v4_numbers.json"), "sap-data/v4.json")
    assert (outcome.status, outcome.read, outcome.inserted) == ("loaded", 3, 0)


def test_archived_partner_is_gone_and_a_person_is_a_contact(pipeline: Pipeline) -> None:
    pipeline.load(example("sap/business_partner_v2_page.json"), "sap-data/page.json")
    pipeline.load(example(PARTNERS[0]), PARTNERS[1])
    current = pipeline.rows("SELECT source_id FROM canonical.current_customers")
    assert {each["source_id"] for each in current} == {
        "104711",
        "104713",
        "USCU_S12",
        "17100012",
    }
    assert pipeline.row("""
        SELECT contact.name, customer.source_id
        FROM canonical.current_relationships AS edge
        JOIN canonical.contacts AS contact ON contact.id = edge.from_id
        JOIN canonical.customers AS customer ON customer.id = edge.to_id
        WHERE edge.relationship_type = 'contact_of'
    """) == {"name": "Jörg Petersen", "source_id": "104711"}


def test_bad_record_goes_to_quarantine_and_the_others_are_loaded(pipeline: Pipeline) -> None:
    page = json.loads(example(ORDERS[0]))
    page["d"]["results"][1]["TotalNetAmount"] = "free"
    outcome = pipeline.load(page, ORDERS[1])
    assert (outcome.status, outcome.quarantined) == ("loaded", 1)
    refused = pipeline.row("SELECT place, rule, message FROM ingest.quarantine")
    assert refused["place"] == "record 2: A_SalesOrder[].TotalNetAmount"
    assert (refused["rule"], '"free"' in refused["message"]) == ("decimal", True)
