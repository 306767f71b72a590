"""Shopify's Order with its lines: https://shopify.dev/docs/api/admin-rest/latest/resources/order.

Amounts are those of the order as it was placed, in the shop's currency. What they are after edits
and returns (`current_…`) stays in the attributes, and what was given back is `refunded`.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Order
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, keep
from data_pipeline.sources.shopify.lines import order_item
from data_pipeline.sources.shopify.refunds import Refund, refunded
from data_pipeline.sources.shopify.values import MoneyBag
from data_pipeline.sources.source import Origin, Outcome

_FINANCIAL_STATUSES: Final = fields.words(
    "cancelled", "refunded", "processing", "open",
    voided="cancelled", authorized="processing", paid="processing", partially_paid="processing",
    partially_refunded="processing", pending="open", expired="cancelled", unpaid="open",
)  # fmt: skip


class _Customer(Struct, gc=False):
    id: Id | None = None


class _Order(Struct, kw_only=True, gc=False):
    id: Id
    name: Text | None = None
    customer: _Customer | None = None
    source_name: Text | None = None
    processed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    currency: str | None = None
    taxes_included: bool | None = None
    total_line_items_price: Decimal | None = None
    total_discounts: Decimal | None = None
    total_tax: Decimal | None = None
    total_shipping_price_set: MoneyBag | None = None
    total_price: Decimal | None = None
    line_items: list[Raw] | None = None
    refunds: list[Refund] | None = None


_ORDER: Final = RecordDecoder(
    _Order,
    kept=("customer", "cancelled_at", "closed_at", "financial_status", "fulfillment_status",
          "taxes_included", "total_shipping_price_set", "refunds"),
)  # fmt: skip

_AMOUNTS: Final = ("total_line_items_price", "total_discounts", "total_tax", "total_price")


def order(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """An order is one document: with a line that breaks a rule its totals are not to be trusted."""
    record, attributes = _ORDER.decode_all(raw)
    currency = fields.currency("currency", record.currency) or origin.default_currency
    if currency is None:
        attributes = keep(attributes, raw, _AMOUNTS)
    ordered_at = fields.instant(record.processed_at) or fields.instant(record.created_at)
    if ordered_at is None:
        raise InvalidRecord("required", "processed_at", "Expected processed_at or created_at")
    shipping = record.total_shipping_price_set
    shipping_money = shipping.shop_money if shipping else None
    row = Order(
        source_id=fields.identifier(record.id),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        customer_source_id=fields.optional_identifier(
            record.customer.id if record.customer else None
        ),
        order_number=fields.text(record.name),
        status=_status(record),
        channel=fields.text(record.source_name),
        ordered_at=ordered_at,
        currency=currency,
        subtotal=fields.priced("total_line_items_price", record.total_line_items_price, currency),
        discount=fields.priced("total_discounts", record.total_discounts, currency),
        tax=fields.priced("total_tax", record.total_tax, currency),
        shipping=fields.priced(
            "total_shipping_price_set.shop_money.amount",
            shipping_money.amount if shipping_money else None,
            currency,
        ),
        total=fields.priced("total_price", record.total_price, currency),
        refunded=_refunded(record, currency),
        lines_complete=record.line_items is not None,
    )
    items = [
        order_item(line, index, row, taxes_included=bool(record.taxes_included))
        for index, line in enumerate(record.line_items or [])
    ]
    yield row
    yield from items


def _refunded(record: _Order, currency: str | None) -> Decimal | None:
    if currency is None or record.refunds is None:
        return None
    return refunded(record.refunds, currency)


def _status(record: _Order) -> str | None:
    """What became of the order, of which Shopify tells payment, delivery and filing apart."""
    paid = fields.choice("financial_status", record.financial_status, _FINANCIAL_STATUSES)
    delivery = fields.text(record.fulfillment_status)
    if record.cancelled_at is not None or paid == "cancelled":
        return "cancelled"
    if paid == "refunded":
        return "refunded"
    if delivery == "fulfilled":
        return "completed" if record.closed_at is not None else "shipped"
    return "processing" if delivery == "partial" else paid
