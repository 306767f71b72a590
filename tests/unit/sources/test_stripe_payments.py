import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Entity,
    Invoice,
    Order,
    Relationship,
)
from tests.unit.sources.files import example, read_all
from tests.unit.sources.outcomes import attributes

KEY = "stripe-data/page.json"

CHARGE: dict[str, Any] = {
    "id": "ch_1",
    "object": "charge",
    "created": 1767900000,
    "currency": "usd",
    "amount": 2000,
    "amount_refunded": 0,
    "captured": True,
    "refunded": False,
    "status": "succeeded",
    "customer": "cus_1",
}


def invoice(**changes: object) -> dict[str, Any]:
    paid: dict[str, Any] = json.loads(example("stripe/invoices_list.json"))["data"][0]
    return paid | changes


def one[E: Entity](kind: type[E], record: object) -> E:
    (found,) = read_all(kind, record, KEY).values()
    return found


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [
        ("usd", 2000, "20.00"),
        ("jpy", 2000, "2000"),
        ("mga", 2000, "2000"),
        ("kwd", 512340, "512.340"),
        ("isk", 150000, "1500.00"),
        ("ugx", 500, "5.00"),
        ("huf", 100000, "1000.00"),
        ("twd", 100000, "1000.00"),
        ("hrk", 7534, "75.34"),
    ],
)
def test_amounts_are_in_the_currencys_own_smallest_unit(
    currency: str, minor: int, amount: str
) -> None:
    order = one(Order, CHARGE | {"currency": currency, "amount": minor})
    assert (order.total, order.currency) == (Decimal(amount), currency.upper())


def test_invoice_is_mapped() -> None:
    paid = read_all(Invoice, example("stripe/invoices_list.json"), KEY)["in_1PgEur001"]
    assert (paid.invoice_number, paid.customer_source_id) == ("7FE1103-0001", "cus_QaNordlicht01")
    assert (paid.issued_on, paid.due_on) == (date(2026, 1, 5), date(2026, 2, 4))
    assert (paid.status, paid.paid_at) == ("paid", datetime(2026, 1, 8, 19, 20, tzinfo=UTC))
    assert (paid.subtotal, paid.tax, paid.total, paid.amount_paid, paid.currency) == (
        Decimal("3830.00"),
        Decimal("727.70"),
        Decimal("4557.70"),
        Decimal("4557.70"),
        "EUR",
    )
    assert len(attributes(paid)["lines"]["data"]) == 2


def test_invoices_in_other_states() -> None:
    invoices = read_all(Invoice, example("stripe/invoices_list.json"), KEY)
    assert {each.source_id: each.status for each in invoices.values()} == {
        "in_1PgEur001": "paid",
        "in_1PgJpy002": "open",
        "in_1PgKwd003": "draft",
        "in_1PgUsd004": "void",
    }
    draft, credit = invoices["in_1PgKwd003"], invoices["in_1PgUsd004"]
    assert (draft.invoice_number, draft.total) == (None, Decimal("512.340"))
    assert (draft.customer_source_id, attributes(draft)["customer"]["deleted"]) == (
        "cus_QaGone09",
        True,
    )
    assert credit.total == Decimal("-50.00")


def test_lines_name_the_price_that_was_billed() -> None:
    made = read_all(Entity, example("stripe/invoices_list.json"), KEY)
    edge = made["bills:invoices/in_1PgEur001:products/price_1PgNx200eur"]
    assert isinstance(edge, Relationship)
    assert (edge.from_entity, edge.to_entity) == ("invoices", "products")


def test_line_without_a_price_names_its_product() -> None:
    details = {"price_details": {"price": None, "product": "prod_7"}, "type": "price_details"}
    record = invoice(lines={"object": "list", "data": [{"id": "il_1", "pricing": details}]})
    made = read_all(Relationship, record, KEY)
    assert [edge.to_source_id for edge in made.values()] == ["prod_7"]


def test_invoice_of_an_older_version_of_the_api() -> None:
    made = read_all(Entity, example("stripe/invoices_list_before_basil.json"), KEY)
    old = made["in_1NoldEur009"]
    assert isinstance(old, Invoice)
    assert (old.tax, old.total) == (Decimal("190.00"), Decimal("1190.00"))
    assert "bills:invoices/in_1NoldEur009:products/price_1Nold" in made
    edge = made["pays:orders/ch_3NoldEur009:invoices/in_1NoldEur009"]
    assert isinstance(edge, Relationship)
    assert (edge.from_source_id, edge.to_source_id) == ("ch_3NoldEur009", "in_1NoldEur009")


def test_tax_alone_is_the_invoices_tax() -> None:
    record = {"id": "in_1", "object": "invoice", "currency": "eur", "tax": 1900}
    assert one(Invoice, record).tax == Decimal("19.00")
    assert one(Invoice, record | {"tax": None}).tax is None


def test_payments_tell_the_charge_that_pays() -> None:
    payments = {"object": "list", "data": [{"payment": {"type": "charge", "charge": "ch_9"}}]}
    made = read_all(Relationship, invoice(lines=None, payments=payments), KEY)
    assert list(made) == ["pays:orders/ch_9:invoices/in_1PgEur001"]


def test_charge_is_an_order() -> None:
    order = read_all(Order, example("stripe/charges_list.json"), KEY)["ch_3PgEur001"]
    assert (order.total, order.currency, order.refunded) == (
        Decimal("4557.70"),
        "EUR",
        Decimal("0.00"),
    )
    assert (order.customer_source_id, order.status) == ("cus_QaNordlicht01", "completed")
    assert order.ordered_at == order.source_created_at == datetime(2026, 1, 8, 19, 20, tzinfo=UTC)
    kept = attributes(order)
    assert kept["payment_method_details"]["card"]["last4"] == "4242"
    assert kept["metadata"] == {"order_id": "WEB-88123"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "completed"),
        ({"captured": False}, "processing"),
        ({"refunded": True}, "refunded"),
        ({"status": "pending"}, "open"),
        ({"status": "failed"}, "cancelled"),
        ({"amount_refunded": 500}, "completed"),
    ],
)
def test_status_of_a_charge(changes: dict[str, object], status: str) -> None:
    assert one(Order, CHARGE | changes).status == status


def test_partial_refund_leaves_the_total_as_it_was_charged() -> None:
    order = one(Order, CHARGE | {"amount_refunded": 500})
    assert (order.total, order.refunded) == (Decimal("20.00"), Decimal("5.00"))


def test_charge_of_an_older_version_names_its_invoice() -> None:
    (edge,) = read_all(Relationship, CHARGE | {"invoice": "in_1"}, KEY).values()
    assert edge.source_id == "pays:orders/ch_1:invoices/in_1"


@pytest.mark.parametrize(
    "customer", ["cus_1", {"id": "cus_1", "object": "customer", "deleted": True}]
)
def test_reference_is_an_id_or_an_object(customer: object) -> None:
    assert one(Order, CHARGE | {"customer": customer}).customer_source_id == "cus_1"
    assert one(Order, CHARGE | {"customer": None}).customer_source_id is None
