"""Stripe's answers through the loader, into the database."""

import json
import time
from decimal import Decimal

from tests.integration.ingestion.conftest import Pipeline
from tests.unit.sources.files import example

LISTS = ("charges", "invoices", "prices", "products", "customers")


def wait_for_another_second() -> None:
    """S3 counts in seconds when an object was modified, and nothing else orders these."""
    time.sleep(1.1)


def load_all(pipeline: Pipeline) -> None:
    for name in LISTS:
        outcome = pipeline.load(example(f"stripe/{name}_list.json"), f"stripe-data/{name}.json")
        assert (outcome.status, outcome.quarantined) == ("loaded", 0)


def test_charges_and_invoices_are_loaded_and_find_their_customers(pipeline: Pipeline) -> None:
    load_all(pipeline)
    customer = "Nordlicht Pumpen GmbH"
    assert pipeline.rows("""
        SELECT customer.name, purchase.total, purchase.refunded, purchase.currency, purchase.status
        FROM canonical.current_orders AS purchase
        JOIN canonical.customers AS customer ON customer.id = purchase.customer_id
    """) == [
        {"name": customer, "total": Decimal("4557.70"), "refunded": 0, "currency": "EUR",
         "status": "completed"}
    ]  # fmt: skip
    invoices = pipeline.rows("""
        SELECT invoice.invoice_number, invoice.total, invoice.currency
        FROM canonical.current_invoices AS invoice
        JOIN canonical.customers AS customer ON customer.id = invoice.customer_id
        ORDER BY invoice.invoice_number
    """)
    assert [tuple(each.values()) for each in invoices] == [
        ("7FE1103-0001", Decimal("4557.70"), "EUR"),
        ("7FE1103-0002", Decimal(407000), "JPY"),
        ("7FE1103-0003", Decimal("-50.00"), "USD"),
    ]


def test_billed_prices_lead_to_their_products(pipeline: Pipeline) -> None:
    load_all(pipeline)
    assert pipeline.rows("""
        SELECT invoice.invoice_number, product.name
        FROM canonical.current_relationships AS bills
        JOIN canonical.invoices AS invoice ON invoice.id = bills.from_id
        JOIN canonical.current_relationships AS variant
            ON variant.relationship_type = 'variant_of' AND variant.from_id = bills.to_id
        JOIN canonical.products AS product ON product.id = variant.to_id
        WHERE bills.relationship_type = 'bills'
        ORDER BY invoice.invoice_number
    """) == [
        {"invoice_number": "7FE1103-0001", "name": "Pump NX-200"},
        {"invoice_number": "7FE1103-0002", "name": "Pump NX-200"},
    ]


def test_stub_deletes_what_a_list_has_brought_and_a_later_list_brings_it_back(
    pipeline: Pipeline,
) -> None:
    customers = example("stripe/customers_list.json")
    current = "SELECT count(*) FROM canonical.current_customers"
    pipeline.load(customers, "stripe-data/1.json")
    wait_for_another_second()
    pipeline.load(example("stripe/customer_deleted.json"), "stripe-data/2.json")
    assert pipeline.row(current) == {"count": 2}
    wait_for_another_second()
    pipeline.load(customers, "billing-data/3.json")
    assert pipeline.row(current) == {"count": 3}


def test_event_from_before_the_list_changes_nothing(pipeline: Pipeline) -> None:
    pipeline.load(example("stripe/customers_list.json"), "stripe-data/customers.json")
    outcome = pipeline.load(example("stripe/events_list.json"), "stripe-data/events.json")
    assert (outcome.stale, outcome.quarantined) == (2, 1)
    assert pipeline.row(
        "SELECT phone, deleted_at FROM canonical.customers WHERE source_id = 'cus_QaNordlicht01'"
    ) == {"phone": "+494315550123", "deleted_at": None}


def test_bad_record_goes_to_quarantine_and_the_others_are_loaded(pipeline: Pipeline) -> None:
    page = json.loads(example("stripe/charges_list.json"))
    page["data"][1]["currency"] = "zzz"
    outcome = pipeline.load(page, "stripe-data/charges.json")
    assert (outcome.inserted, outcome.quarantined) == (3, 1)
    refused = pipeline.row("SELECT place, rule, message FROM ingest.quarantine")
    assert (refused["place"], refused["rule"]) == ("record 2: charges[].currency", "enumeration")
    assert "'zzz'" in refused["message"]
