import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import Customer, Invoice, Order, OrderItem, Product
from data_pipeline.sources.erp import SOURCE
from tests.unit.sources.outcomes import entities, one, outcomes, rejected

ORDER: dict[str, Any] = {
    "order_no": "SO-1",
    "customer_no": 100017,
    "order_date": "2026-03-04",
    "status": "Delivered",
    "currency": "EUR",
    "net": "30.00",
    "tax": "5.70",
    "gross": "35.70",
    "changed_at": "2026-03-05T10:00:00Z",
    "lines": [
        {"line_no": 1, "item_no": "IT-1", "quantity": 2, "unit_price": "10.00", "net": "20.00"},
        {"line_no": 2, "item_no": "IT-2", "quantity": "0.5", "unit_price": 20, "net": 10.00},
    ],
}


def test_order_is_mapped_with_its_lines() -> None:
    order, first, second = entities(SOURCE, ORDER)
    assert isinstance(order, Order)
    assert (order.source_id, order.customer_source_id) == ("SO-1", "100017")
    assert (order.status, order.total, order.currency) == ("completed", Decimal("35.70"), "EUR")
    assert order.ordered_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert isinstance(first, OrderItem)
    assert isinstance(second, OrderItem)
    assert (first.source_id, first.order_source_id) == ("SO-1/1", "SO-1")
    assert (second.quantity, second.currency) == (Decimal("0.5"), "EUR")
    assert first.source_updated_at == order.source_updated_at


def test_order_with_a_bad_line_is_refused_as_a_whole() -> None:
    lines = [ORDER["lines"][0], ORDER["lines"][1] | {"quantity": "some"}]
    refusal = rejected(SOURCE, ORDER | {"lines": lines})
    assert len(outcomes(SOURCE, ORDER | {"lines": lines})) == 1
    assert (refusal.path, refusal.rule) == ("orders[].lines[1].quantity", "decimal")


def test_day_that_does_not_exist_is_refused() -> None:
    refusal = rejected(SOURCE, ORDER | {"order_date": "2026-02-30"})
    assert (refusal.path, refusal.rule) == ("orders[].order_date", "date")
    assert "2026-02-30" in refusal.message


def test_customer_declares_its_id_in_the_crm() -> None:
    record = {"customer_no": 1, "company_name": "Acme GmbH", "crm_id": "C1", "vat_id": "DE1"}
    customer = one(Customer, SOURCE, record)
    assert json.loads(customer.external_ids) == {"crm": "C1"}
    assert (customer.tax_id, customer.status) == ("DE1", "active")


def test_amount_without_its_currency_is_refused() -> None:
    record = {"customer_no": 1, "company_name": "Acme", "credit_limit": "5000"}
    refusal = rejected(SOURCE, record)
    assert (refusal.path, refusal.rule) == ("customers[].currency", "required")


def test_item_is_a_product_with_its_number_as_sku() -> None:
    record = {"item_no": "IT-1", "name": "Sensor", "category": "Sensors", "list_price": "9.90",
              "currency": "EUR", "active": False}  # fmt: skip
    product = one(Product, SOURCE, record)
    assert (product.sku, product.unit_price, product.status) == (
        "IT-1",
        Decimal("9.90"),
        "inactive",
    )


def test_invoice_names_order_and_customer() -> None:
    record = {"invoice_no": "INV-1", "order_no": "SO-1", "customer_no": 2, "currency": "CHF",
              "invoice_date": "2026-03-06", "gross": "35.70", "status": "sent"}  # fmt: skip
    invoice = one(Invoice, SOURCE, record)
    assert (invoice.order_source_id, invoice.customer_source_id) == ("SO-1", "2")
    assert (invoice.issued_on, invoice.status) == (date(2026, 3, 6), "open")


def test_record_without_any_number_is_refused() -> None:
    refusal = rejected(SOURCE, {"company_name": "Acme", "customer_no": None})
    assert (refusal.rule, refusal.record_type) == ("record_type", None)


@pytest.mark.parametrize(
    ("collection", "number", "kind"),
    [
        ("orders", "order_no", Order),
        ("items", "item_no", Product),
        ("customers", "customer_no", Customer),
    ],
)
def test_deleted_record_needs_nothing_but_its_number(
    collection: str, number: str, kind: type
) -> None:
    record = {number: "X", "deleted": True, "changed_at": "2026-01-01T00:00:00Z"}
    (entity,) = entities(SOURCE, record, collection)
    assert type(entity) is kind
    assert entity.deleted_at == datetime(2026, 1, 1, tzinfo=UTC)
