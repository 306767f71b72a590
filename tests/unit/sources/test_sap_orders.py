import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Entity,
    Order,
    OrderItem,
)
from tests.unit.sources.files import example, read, read_all, refusal
from tests.unit.sources.outcomes import WRITTEN_AT, attributes

KEY = "sap-data/page.json"

ORDERS = "sap/sales_order_v2_expanded.json"


def order(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example(ORDERS))["d"]["results"][0]
    return first | changes


def one[E: Entity](kind: type[E], record: object) -> E:
    (found,) = read_all(kind, record, KEY).values()
    return found


def test_order_is_mapped_with_the_net_amount_as_its_total() -> None:
    made = read_all(Order, example(ORDERS), KEY)["4711"]
    assert (made.order_number, made.customer_source_id, made.channel) == ("4711", "104711", "10")
    assert (made.subtotal, made.total, made.tax) == (Decimal("3830.00"), Decimal("3830.00"), None)
    assert made.currency == "EUR"
    assert made.ordered_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert made.source_updated_at == datetime(2026, 1, 9, 15, 36, 52, tzinfo=UTC)
    assert attributes(made)["PurchaseOrderByCustomer"] == "PO-2026-001"


def test_amounts_are_in_units_of_their_currency_already() -> None:
    orders = read_all(Order, example(ORDERS), KEY)
    assert (orders["4712"].total, orders["4712"].currency) == (Decimal(370000), "JPY")
    assert (orders["4713"].total, orders["4713"].currency) == (Decimal("512.345"), "KWD")


def test_items_are_mapped() -> None:
    items = read_all(OrderItem, example(ORDERS), KEY)
    item = items["4711/10"]
    assert (item.order_source_id, item.product_source_id, item.sku) == ("4711", "NX-200", "NX-200")
    assert (item.line_number, item.description) == (10, "Centrifugal pump NX-200")
    assert (item.quantity, item.unit_price, item.tax, item.total) == (
        Decimal(2),
        Decimal(1800),
        Decimal("684.00"),
        Decimal("3600.00"),
    )
    assert item.source_updated_at == datetime(2026, 1, 9, 15, 36, 52, tzinfo=UTC)
    assert attributes(items["4711/11"])["HigherLevelItem"] == "10"


def test_items_that_were_not_expanded_are_unknown_and_not_deleted() -> None:
    made = read(example("sap/sales_order_v2_single_deferred.json"), KEY)
    assert [type(each) for each in made] == [Order]


@pytest.mark.parametrize("name", ["sales_order_v4_numbers", "sales_order_v4_ieee754_strings"])
def test_order_of_version_4(name: str) -> None:
    made = read_all(Entity, example(f"sap/{name}.json"), KEY)
    first, item, second = (made[each] for each in ("4711", "4711/10", "4712"))
    assert isinstance(first, Order)
    assert isinstance(item, OrderItem)
    assert isinstance(second, Order)
    assert first.source_updated_at == datetime(2026, 1, 9, 15, 36, 52, 125705, tzinfo=UTC)
    assert (first.total, item.total) == (Decimal(3830), Decimal(3600))
    assert (item.quantity, item.tax) == (Decimal(2), Decimal(684))
    assert item.product_source_id == "NX-200"
    created = datetime(2026, 1, 5, 0, 0, 5, tzinfo=UTC)
    assert (second.ordered_at, second.source_updated_at) == (created, created)
    assert not {"@odata.etag", "SAP__Messages"} & set(attributes(first))


@pytest.mark.parametrize(
    ("process", "rejection", "delivery", "status"),
    [
        ("A", "A", "A", "open"),
        ("B", "A", "B", "processing"),
        ("B", "A", "C", "shipped"),
        ("C", "A", "C", "completed"),
        ("C", "B", "C", "completed"),
        ("C", "C", "", "cancelled"),
        ("", "", "", "open"),
        (None, None, None, None),
    ],
)
def test_status_of_an_order(
    process: str | None, rejection: str | None, delivery: str | None, status: str | None
) -> None:
    record = order(
        OverallSDProcessStatus=process,
        OverallSDDocumentRejectionSts=rejection,
        OverallTotalDeliveryStatus=delivery,
        OverallDeliveryStatus=delivery,
    )
    assert one(Order, record).status == status


def test_later_of_two_stamps_is_the_last_change() -> None:
    record = order(
        LastChangeDateTime="/Date(1130168212000+0000)/", LastChangeDate="/Date(1148601600000)/"
    )
    assert one(Order, record).source_updated_at == datetime(2006, 5, 26, tzinfo=UTC)


def test_currency_of_saps_own_leaves_the_amounts_in_the_attributes() -> None:
    item = order()["to_Item"]["results"][0] | {"TransactionCurrency": "USDN"}
    made = read_all(Entity, order(TransactionCurrency="USDN", to_Item=[item]), KEY)
    whole, line = made["4711"], made["4711/10"]
    assert isinstance(whole, Order)
    assert isinstance(line, OrderItem)
    assert (whole.total, whole.currency, line.total, line.currency) == (None, None, None, None)
    assert attributes(whole)["TotalNetAmount"] == "3830.00"
    assert attributes(line)["NetAmount"] == "3600.00"
    assert attributes(line)["TransactionCurrency"] == "USDN"


def test_amount_without_a_currency_is_in_the_default_one() -> None:
    made = read_all(Order, order(TransactionCurrency=""), KEY, default_currency="CHF")["4711"]
    assert (made.total, made.currency) == (Decimal("3830.00"), "CHF")


def test_references_match_whatever_zeros_stand_before_them() -> None:
    item = order()["to_Item"]["results"][0]
    items = [item | {"SalesOrderItem": "000010", "Material": "000000000000000023"}]
    record = order(SalesOrder="0000004711", SoldToParty="0000104711", to_Item=items)
    made = read_all(Entity, record, KEY)
    whole, line = made["4711"], made["4711/10"]
    assert isinstance(whole, Order)
    assert isinstance(line, OrderItem)
    assert (whole.customer_source_id, line.product_source_id) == ("104711", "23")


def test_text_item_has_no_product_and_no_price_at_quantity_zero() -> None:
    item = order()["to_Item"]["results"][0] | {"Material": "", "RequestedQuantity": "0.000"}
    made = read_all(OrderItem, order(to_Item={"results": [item]}), KEY)["4711/10"]
    assert (made.product_source_id, made.unit_price) == (None, None)


def test_item_in_a_file_of_its_own_names_its_order() -> None:
    item = order()["to_Item"]["results"][0]
    made = one(OrderItem, {"d": {"results": [item]}})
    assert (made.source_id, made.order_source_id, made.currency) == ("4711/10", "4711", "EUR")
    assert made.source_updated_at == WRITTEN_AT


def test_order_with_a_bad_item_is_refused_as_a_whole() -> None:
    item = order()["to_Item"]["results"][0]
    record = order(to_Item={"results": [item, item | {"NetAmount": "1.2.3"}]})
    refused = refusal(record, KEY)
    assert (refused.path, refused.rule) == (
        "A_SalesOrder[].to_Item.results[1].NetAmount",
        "decimal",
    )
    assert '"1.2.3"' in refused.message
    assert len(read(record, KEY)) == 1
