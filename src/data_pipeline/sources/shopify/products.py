"""Shopify's Product and its variants, each a product of its own: lines name the variant.

https://shopify.dev/docs/api/admin-rest/latest/resources/product,
https://shopify.dev/docs/api/admin-rest/latest/resources/product-variant.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Product
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Id, Name, Text
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.shopify.values import SYSTEM, Money, product_id
from data_pipeline.sources.source import Origin, Outcome, nested

# `unlisted` since API version 2025-10: it can be bought by those who know its address.
_STATUSES: Final = fields.words(
    "active", "inactive", unlisted="active", draft="inactive", archived="inactive"
)

# The title of the only variant of a product without options.
_UNTITLED: Final = "Default Title"


class _Product(Struct, kw_only=True, gc=False):
    id: Id
    title: Name
    body_html: str | None = None
    vendor: Text | None = None
    product_type: Text | None = None
    status: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    variants: list[Raw] | None = None


class _Price(Struct, gc=False):
    price: Money | None = None


class _Variant(Struct, kw_only=True, gc=False):
    id: Id
    product_id: Id | None = None
    title: Text | None = None
    sku: Text | None = None
    price: Decimal | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    presentment_prices: list[_Price] | None = None


_PRODUCT: Final = RecordDecoder(_Product, kept=("status",))
_VARIANT: Final = RecordDecoder(_Variant, kept=("title", "updated_at", "presentment_prices"))


def product(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """The product, then its variants: one that breaks a rule does not spoil the others."""
    record, attributes = _PRODUCT.decode_all(raw)
    number = fields.identifier(record.id)
    row = Product(
        source_id=product_id(number),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        name=fields.required_text("title", record.title),
        description=fields.text(record.body_html),
        category=fields.text(record.product_type),
        brand=fields.text(record.vendor),
        status=fields.choice("status", record.status, _STATUSES),
    )
    yield row

    def variant_of_it(raw: bytes, origin: Origin) -> Iterator[Outcome]:
        return _variant(raw, origin, row)

    within = origin.of(number, row.source_updated_at)
    yield from nested(variant_of_it, record.variants or [], "variants", within)


def variant(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """A variant in a file of its own."""
    return _variant(raw, origin, Product(source_id="", source_updated_at=origin.as_of))


def _variant(raw: bytes, origin: Origin, of: Product) -> Iterator[Outcome]:
    """A variant, with what its product says of all of them."""
    record, attributes = _VARIANT.decode_all(raw)
    source_id = fields.identifier(record.id)
    updated_at = fields.instant(record.updated_at)
    currency = _currency(record) or origin.default_currency
    if currency is None:
        attributes = keep(attributes, raw, ["price"])
    sku = fields.text(record.sku)
    parent = fields.optional_identifier(record.product_id) or origin.parent_source_id
    row = Product(
        source_id=source_id,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=_later(updated_at, of, origin),
        attributes=attributes,
        sku=sku,
        name=_name(record, of) or sku or source_id,
        category=of.category,
        brand=of.brand,
        status=of.status,
        unit_price=fields.priced("price", record.price, currency),
        unit_price_currency=currency,
    )
    yield row
    if parent is not None:
        edge = Edge("variant_of", End("products", source_id), End("products", product_id(parent)))
        key = f"variant_of:{source_id}"
        yield relationship(SYSTEM, edge, row.source_updated_at, source_id=key)


def _later(updated_at: datetime | None, of: Product, origin: Origin) -> datetime:
    """A variant is named by its product, whose changes do not move the variant's time."""
    if updated_at is None:
        return origin.as_of
    return max(updated_at, of.source_updated_at) if of.source_id else updated_at


def _name(record: _Variant, of: Product) -> str | None:
    title = fields.text(record.title)
    return " - ".join(filter(None, (of.name, None if title == _UNTITLED else title))) or None


def _currency(record: _Variant) -> str | None:
    """A price is in the shop's currency, which only the list of prices in all of them tells."""
    for each in record.presentment_prices or []:
        if each.price and each.price.amount == record.price:
            return fields.currency(
                "presentment_prices.price.currency_code", each.price.currency_code
            )
    return None
