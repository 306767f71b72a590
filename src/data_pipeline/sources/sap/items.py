"""The items of SAP's A_SalesOrder, within it or in a file of their own."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Order, OrderItem
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, keep
from data_pipeline.sources.sap import odata
from data_pipeline.sources.source import Origin, Outcome

_MILLIONTH: Final = Decimal("0.000001")
_LARGEST_LINE_NUMBER: Final = 10**9


class _Item(Struct, rename="pascal", kw_only=True, gc=False):
    """The product is `Material` in version 2 and `Product` in version 4."""

    sales_order: Id | None = None
    sales_order_item: Id
    material: str | int | None = None
    product: str | int | None = None
    sales_order_item_text: Text | None = None
    requested_quantity: Decimal | None = None
    transaction_currency: str | None = None
    net_amount: Decimal | None = None
    tax_amount: Decimal | None = None


_ITEM: Final = RecordDecoder(_Item)
_AMOUNTS: Final = ("TransactionCurrency", "NetAmount", "TaxAmount")


def item(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """An item in a file of its own, which does not say when it changed."""
    order = Order(source_id="", source_updated_at=origin.as_of, currency=origin.default_currency)
    yield order_item(raw, order, path="")


def order_item(raw: bytes, order: Order, *, path: str) -> OrderItem:
    """An item of an order.

    Args:
        raw: its JSON text.
        order: the row of the order, as far as it is known.
        path: the item's place in the order, for errors.

    Raises:
        InvalidRecord: a field breaks a rule.
    """
    record, attributes = _ITEM.decode_all(raw, path=path)
    within = f"{path}." if path else ""
    order_number = order.source_id or _order_number(record)
    line = odata.required_key(f"{within}SalesOrderItem", record.sales_order_item)
    product = odata.key(record.material) or odata.key(record.product)
    own_currency = fields.text(record.transaction_currency)
    currency = odata.currency(own_currency) if own_currency else order.currency
    if currency is None:
        attributes = keep(attributes, raw, _AMOUNTS)
    quantity = fields.amount(f"{within}RequestedQuantity", record.requested_quantity)
    net = fields.priced(f"{within}NetAmount", record.net_amount, currency)
    return OrderItem(
        source_id=f"{order_number}/{line}",
        source_created_at=order.source_created_at,
        source_updated_at=order.source_updated_at,
        attributes=odata.data_of(attributes),
        order_source_id=order_number,
        product_source_id=product,
        line_number=_line_number(line),
        sku=product,
        description=fields.text(record.sales_order_item_text),
        quantity=quantity,
        currency=currency,
        unit_price=_unit_price(net, quantity),
        tax=fields.priced(f"{within}TaxAmount", record.tax_amount, currency),
        total=net,
    )


def _order_number(record: _Item) -> str:
    if record.sales_order is None:
        raise InvalidRecord("required", "SalesOrder", "Expected the order that the item is of")
    return odata.required_key("SalesOrder", record.sales_order)


def _line_number(line: str) -> int | None:
    is_number = line.isascii() and line.isdigit()
    return int(line) if is_number and int(line) < _LARGEST_LINE_NUMBER else None


def _unit_price(net: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    """The services give an item's net value only, after conditions: per unit it is the quotient."""
    if net is None or not quantity:
        return None
    return (net / quantity).quantize(_MILLIONTH, ROUND_HALF_EVEN)
