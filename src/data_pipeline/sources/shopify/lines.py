"""The lines of Shopify's Order."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Order, OrderItem
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.shopify.values import product_id


class _Allocation(Struct, gc=False):
    amount: Decimal


class _TaxLine(Struct, gc=False):
    price: Decimal


class _Line(Struct, kw_only=True, gc=False):
    id: Id
    variant_id: Id | None = None
    product_id: Id | None = None
    sku: Text | None = None
    name: Text | None = None
    title: Text | None = None
    quantity: Decimal
    price: Decimal | None = None
    discount_allocations: list[_Allocation] | None = None
    tax_lines: list[_TaxLine] | None = None


_LINE: Final = RecordDecoder(
    _Line, kept=("product_id", "title", "discount_allocations", "tax_lines")
)


def order_item(raw: Raw, index: int, order: Order, *, taxes_included: bool) -> OrderItem:
    """A line as it was ordered.

    Args:
        raw: its JSON text.
        index: its place in the order, from 0.
        order: the row of the order.
        taxes_included: prices have the tax in them, totals of lines do not.

    Raises:
        InvalidRecord: a field breaks a rule.
    """
    path = f"line_items[{index}]"
    line, attributes = _LINE.decode_all(bytes(raw), path=path)
    if order.currency is None:
        attributes = keep(attributes, bytes(raw), ["price"])
    # Discounts of the whole order are shared out among the lines here, not in `total_discount`.
    discount = _sum(each.amount for each in line.discount_allocations or ())
    tax = _sum(each.price for each in line.tax_lines or ())
    return OrderItem(
        source_id=fields.identifier(line.id),
        source_created_at=order.source_created_at,
        source_updated_at=order.source_updated_at,
        attributes=attributes,
        order_source_id=order.source_id,
        product_source_id=_product(line),
        line_number=index + 1,
        sku=fields.text(line.sku),
        description=fields.text(line.name) or fields.text(line.title),
        quantity=fields.amount(f"{path}.quantity", line.quantity),
        currency=order.currency,
        unit_price=fields.priced(f"{path}.price", line.price, order.currency),
        discount=None
        if line.discount_allocations is None
        else fields.priced(f"{path}.discount_allocations", discount, order.currency),
        tax=None
        if line.tax_lines is None
        else fields.priced(f"{path}.tax_lines", tax, order.currency),
        total=fields.priced(
            f"{path}.price",
            _total(line, discount, tax if taxes_included else Decimal(0)),
            order.currency,
        ),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _total(line: _Line, discount: Decimal, included_tax: Decimal) -> Decimal | None:
    if line.price is None:
        return None
    return line.price * line.quantity - discount - included_tax


def _product(line: _Line) -> str | None:
    """None for what was typed in by hand, and for what is sold no more."""
    variant = fields.optional_identifier(line.variant_id)
    product = fields.optional_identifier(line.product_id)
    return variant or (product and product_id(product))
