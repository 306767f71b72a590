"""Stripe's Product and Price, each a product of its own: lines name the price.

https://docs.stripe.com/api/products/object, https://docs.stripe.com/api/prices/object.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Product
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.source import Origin, Outcome
from data_pipeline.sources.stripe.values import (
    SYSTEM,
    Timestamp,
    first_text,
    moment,
    reference,
    required_currency,
    unit_price,
)


class _ExpandedPrice(Struct, gc=False):
    currency: str | None = None
    unit_amount: int | None = None
    unit_amount_decimal: Decimal | None = None


class _ExpandedProduct(Struct, gc=False):
    id: Id
    name: Text | None = None


class _Product(Struct, kw_only=True, gc=False):
    id: Id
    created: Timestamp | None = None
    name: Text | None = None
    description: Text | None = None
    active: bool | None = None
    type: Text | None = None
    unit_label: Text | None = None
    default_price: str | _ExpandedPrice | None = None
    metadata: dict[str, str] | None = None


class _Price(Struct, kw_only=True, gc=False):
    id: Id
    created: Timestamp | None = None
    active: bool | None = None
    currency: str
    nickname: Text | None = None
    lookup_key: Text | None = None
    product: str | _ExpandedProduct | None = None
    unit_amount: int | None = None
    unit_amount_decimal: Decimal | None = None


_PRODUCT: Final = RecordDecoder(_Product, kept=("default_price", "metadata"))
_PRICE: Final = RecordDecoder(
    _Price, kept=("nickname", "lookup_key", "unit_amount", "unit_amount_decimal")
)


def product(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """Its price is known when `default_price` is expanded."""
    record, attributes = _PRODUCT.decode_all(raw)
    source_id = fields.identifier(record.id)
    price = record.default_price
    currency = amount = None
    if isinstance(price, _ExpandedPrice) and price.currency is not None:
        currency = required_currency("default_price.currency", price.currency)
        amount = unit_price("default_price.unit_amount", _minor(price), currency)
    yield Product(
        source_id=source_id,
        source_created_at=moment(record.created),
        source_updated_at=origin.as_of,
        attributes=attributes,
        sku=fields.text((record.metadata or {}).get("sku")),
        name=fields.text(record.name) or source_id,
        description=fields.text(record.description),
        category=fields.text(record.type),
        status=_status(record.active),
        unit_of_measure=fields.text(record.unit_label),
        unit_price=amount,
        unit_price_currency=currency,
    )


def price(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """A variant of its product."""
    record, attributes = _PRICE.decode_all(raw)
    source_id = fields.identifier(record.id)
    currency = required_currency("currency", record.currency)
    if isinstance(record.product, _ExpandedProduct):
        attributes = keep(attributes, raw, ["product"])
    yield Product(
        source_id=source_id,
        source_created_at=moment(record.created),
        source_updated_at=origin.as_of,
        attributes=attributes,
        name=_price_name(record) or source_id,
        status=_status(record.active),
        unit_price=unit_price("unit_amount", _minor(record), currency),
        unit_price_currency=currency,
    )
    of = record.product
    product_id = reference(of if of is None or isinstance(of, str) else str(of.id))
    if product_id is not None:
        edge = Edge("variant_of", End("products", source_id), End("products", product_id))
        key = f"variant_of:{source_id}"
        yield relationship(SYSTEM, edge, origin.as_of, source_id=key)


def _price_name(record: _Price) -> str | None:
    of = record.product
    of_product = fields.text(of.name) if isinstance(of, _ExpandedProduct) else None
    own = first_text((record.nickname, record.lookup_key))
    return " - ".join(filter(None, (of_product, own))) or None


def _minor(price: _Price | _ExpandedPrice) -> Decimal | None:
    """`unit_amount` is null where it would not be whole."""
    if price.unit_amount_decimal is not None:
        return price.unit_amount_decimal
    return None if price.unit_amount is None else Decimal(price.unit_amount)


def _status(active: bool | None) -> str | None:
    if active is None:
        return None
    return "active" if active else "inactive"
