"""Shopify's answers through the loader, into the database."""

import json
from decimal import Decimal

from tests.integration.ingestion.conftest import Pipeline
from tests.unit.sources.files import example


def test_orders_lines_products_and_customers_are_loaded_and_find_each_other(
    pipeline: Pipeline,
) -> None:
    for name in ("orders", "products", "customers"):
        outcome = pipeline.load(example(f"shopify/{name}.json"), f"shopify-data/{name}.json")
        assert (outcome.status, outcome.quarantined) == ("loaded", 0)
    assert pipeline.row("""
        SELECT
            customer.name AS customer, purchase.total, purchase.refunded, purchase.currency,
            product.name AS product, item.total AS line_total
        FROM canonical.current_order_items AS item
        JOIN canonical.current_orders AS purchase ON purchase.id = item.order_id
        JOIN canonical.customers AS customer ON customer.id = purchase.customer_id
        JOIN canonical.products AS product ON product.id = item.product_id
        WHERE purchase.order_number = '#1001'
    """) == {
        "customer": "Jörg Petersen",
        "total": Decimal("4429.50"),
        "refunded": Decimal("2192.00"),
        "currency": "USD",
        "product": "Pump NX-200 - 230 V",
        "line_total": Decimal("4000.00"),
    }


def test_variants_find_their_products(pipeline: Pipeline) -> None:
    pipeline.load(example("shopify/products.json"), "shop-data/products.json")
    edges = pipeline.rows(
        "SELECT from_id, to_id FROM canonical.current_relationships"
        " WHERE relationship_type = 'variant_of'"
    )
    assert len(edges) == 4
    assert None not in {end for edge in edges for end in edge.values()}
    assert pipeline.row("SELECT DISTINCT source_system FROM canonical.products") == {
        "source_system": "shopify"
    }


def test_webhook_deletes_what_a_list_has_brought(pipeline: Pipeline) -> None:
    for name in ("orders", "customers"):
        pipeline.load(example(f"shopify/{name}.json"), f"shopify-data/{name}.json")
        pipeline.load(example(f"shopify/{name}_delete.json"), f"shopify-data/{name}/delete/1.json")
    orders = pipeline.row("SELECT count(*) FROM canonical.current_orders")
    customers = pipeline.row("SELECT count(*) FROM canonical.current_customers")
    assert (orders["count"], customers["count"]) == (3, 2)
    kept = pipeline.row("SELECT total FROM canonical.orders WHERE deleted_at IS NOT NULL")
    assert kept == {"total": Decimal("4429.50")}


def test_price_without_a_currency_is_loaded(pipeline: Pipeline) -> None:
    pipeline.load(example("shopify/products.json"), "shopify-data/products.json")
    assert pipeline.row(
        "SELECT unit_price, attributes ->> 'price' AS price FROM canonical.products"
        " WHERE source_id = '808950811'"
    ) == {"unit_price": None, "price": "2150.00"}


def test_same_list_again_changes_nothing(pipeline: Pipeline) -> None:
    first = pipeline.load(example("shopify/orders.json"), "shopify-data/a.json")
    second = pipeline.load(example("shopify/orders.json"), "shopify-data/b.json")
    # Within the same second chance decides which is the newer: it is unchanged or stale.
    assert (second.read, second.inserted, second.updated) == (first.inserted, 0, 0)
    assert pipeline.row("SELECT max(version) FROM canonical.orders") == {"max": 1}


def test_bad_record_goes_to_quarantine_and_the_others_are_loaded(pipeline: Pipeline) -> None:
    page = json.loads(example("shopify/customers.json"))
    page["customers"][2]["email"] = "nobody"
    outcome = pipeline.load(page, "shopify-data/customers.json")
    assert (outcome.inserted, outcome.quarantined) == (2, 1)
    refused = pipeline.row("SELECT place, rule, message FROM ingest.quarantine")
    assert (refused["place"], refused["rule"]) == ("record 3: customers[].email", "format")
    assert '"nobody"' in refused["message"]
