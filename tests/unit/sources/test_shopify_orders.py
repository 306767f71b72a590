import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Customer,
    Order,
    OrderItem,
)
from tests.unit.sources.files import example, read, read_all, refusal
from tests.unit.sources.outcomes import attributes

KEY = "shopify-data/page.json"
PUMP = "820982911946154508"


def order(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example("shopify/orders.json"))["orders"][0]
    return first | changes


def orders() -> dict[str, Order]:
    return read_all(Order, example("shopify/orders.json"), KEY)


def items() -> dict[str, OrderItem]:
    return read_all(OrderItem, example("shopify/orders.json"), KEY)


def one_order(**changes: object) -> Order:
    return read_all(Order, {"orders": [order(**changes)]}, KEY)[PUMP]


def refund(**changes: object) -> dict[str, Any]:
    transaction = {"kind": "refund", "status": "success", "amount": "10.00", "currency": "USD"}
    return {"id": 1, "transactions": [transaction | changes]}


def test_order_is_mapped_as_it_was_placed() -> None:
    placed = orders()[PUMP]
    assert (placed.order_number, placed.customer_source_id) == ("#1001", "706405506930370084")
    assert (placed.channel, placed.currency) == ("web", "USD")
    assert placed.ordered_at == datetime(2026, 1, 5, 15, tzinfo=UTC)
    assert placed.source_updated_at == datetime(2026, 1, 9, 13, tzinfo=UTC)
    assert (placed.subtotal, placed.discount, placed.tax, placed.shipping, placed.total) == (
        Decimal("4125.00"),
        Decimal("100.00"),
        Decimal("389.50"),
        Decimal("15.00"),
        Decimal("4429.50"),
    )
    kept = attributes(placed)
    assert kept["current_total_price"] == "2237.50"
    assert kept["note_attributes"] == [{"name": "erp_order", "value": "4711"}]


def test_customer_within_an_order_is_a_reference_and_no_customer() -> None:
    assert read_all(Customer, example("shopify/orders.json"), KEY) == {}
    assert attributes(orders()[PUMP])["customer"]["first_name"] == "Jörg"


def test_order_of_nobody() -> None:
    assert orders()["450789469"].customer_source_id is None


def test_what_was_paid_back_is_refunded() -> None:
    assert orders()[PUMP].refunded == Decimal("2192.00")
    assert orders()["450789469"].refunded == 0


@pytest.mark.parametrize(
    ("refunds", "refunded"),
    [
        ([refund(), refund(amount="2.50")], Decimal("12.50")),
        ([refund(status="failure")], Decimal(0)),
        ([refund(kind="void")], Decimal(0)),
        ([refund(currency="EUR")], None),
        (
            [refund(currency="EUR", amount_set={
                "shop_money": {"amount": "11.70", "currency_code": "USD"}})],
            Decimal("11.70"),
        ),
        ([], Decimal(0)),
        (None, None),
    ],
)  # fmt: skip
def test_refunds_are_counted_by_money_that_moved(refunds: object, refunded: object) -> None:
    assert one_order(refunds=refunds).refunded == refunded


def test_refunded_lines_are_no_lines_of_the_order() -> None:
    assert set(items()) >= {"487817672276298554", "487817672276298555"}
    assert len(items()) == 5
    assert attributes(orders()[PUMP])["refunds"][0]["refund_line_items"][0]["line_item"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"fulfillment_status": "fulfilled", "closed_at": None}, "shipped"),
        ({"fulfillment_status": "fulfilled", "closed_at": "2026-02-01T00:00:00Z"}, "completed"),
        ({"fulfillment_status": "partial"}, "processing"),
        ({"fulfillment_status": None, "financial_status": "paid"}, "processing"),
        ({"fulfillment_status": None, "financial_status": "pending"}, "open"),
        ({"fulfillment_status": None, "financial_status": None}, None),
        ({"financial_status": "refunded"}, "refunded"),
        ({"financial_status": "voided"}, "cancelled"),
        ({"cancelled_at": "2026-01-06T00:00:00-05:00"}, "cancelled"),
    ],
)
def test_status_of_an_order(changes: dict[str, object], status: str | None) -> None:
    assert one_order(**changes).status == status


def test_cancelled_order_is_not_deleted() -> None:
    cancelled = orders()["820982911946154700"]
    assert (cancelled.status, cancelled.deleted_at) == ("cancelled", None)


def test_lines_are_mapped() -> None:
    line = items()["487817672276298554"]
    assert (line.order_source_id, line.product_source_id) == (PUMP, "808950810")
    assert (line.line_number, line.sku, line.description) == (1, "NX-200-230", "Pump NX-200")
    assert (line.quantity, line.unit_price, line.discount, line.tax, line.total) == (
        Decimal(2),
        Decimal("2050.00"),
        Decimal("100.00"),
        Decimal("389.50"),
        Decimal("4000.00"),
    )
    assert (line.currency, line.source_updated_at) == ("USD", orders()[PUMP].source_updated_at)
    assert attributes(line)["current_quantity"] == 1


def test_line_names_its_variant_else_its_product_else_nothing() -> None:
    first, second = order()["line_items"]
    lines = [first | {"variant_id": None}, second]
    made = read_all(OrderItem, {"orders": [order(line_items=lines)]}, KEY)
    assert [each.product_source_id for each in made.values()] == ["product:632910392", None]


def test_total_of_a_line_is_without_the_tax_that_its_price_includes() -> None:
    line = items()["487817672276298600"]
    assert (line.unit_price, line.tax, line.total) == (
        Decimal("160.00"),
        Decimal("25.55"),
        Decimal("134.45"),
    )


def test_shop_s_currency_counts_and_not_the_customers() -> None:
    shown_in_yen = orders()["820982911946154600"]
    assert (shown_in_yen.currency, shown_in_yen.total) == ("EUR", Decimal("160.00"))
    assert attributes(shown_in_yen)["presentment_currency"] == "JPY"


def test_order_without_a_currency_keeps_its_amounts_in_the_attributes() -> None:
    placed = one_order(currency=None)
    assert (placed.total, placed.subtotal, placed.refunded) == (None, None, None)
    assert attributes(placed)["total_price"] == "4429.50"
    made = read_all(OrderItem, {"orders": [order(currency=None)]}, KEY)
    assert (made["487817672276298554"].total, made["487817672276298554"].currency) == (None, None)
    assert attributes(made["487817672276298554"])["price"] == "2050.00"


def test_order_with_a_bad_line_is_refused_as_a_whole() -> None:
    first, second = order()["line_items"]
    record = order(line_items=[first, second | {"quantity": "some"}])
    refused = refusal({"orders": [record]}, KEY)
    assert (refused.path, refused.rule) == ("orders[].line_items[1].quantity", "decimal")
    assert len(read({"orders": [record]}, KEY)) == 1


def test_order_that_was_never_placed_is_refused() -> None:
    record = order(processed_at=None, created_at=None)
    refused = refusal({"orders": [record]}, KEY)
    assert (refused.path, refused.rule) == ("orders[].processed_at", "required")
