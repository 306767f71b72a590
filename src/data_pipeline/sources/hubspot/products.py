"""Products: products.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/products/guide
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw

from data_pipeline.canonical.entities import JsonText, Product
from data_pipeline.sources import fields
from data_pipeline.sources.declared_ids import external_ids
from data_pipeline.sources.fields import Text
from data_pipeline.sources.hubspot import values
from data_pipeline.sources.hubspot.associations import SYSTEM
from data_pipeline.sources.hubspot.records import Opener, Properties, deletable
from data_pipeline.sources.records import InvalidRecord
from data_pipeline.sources.source import Mapper, Origin, Outcome

_STATUSES: Final = fields.words("active", "inactive")

# Rich text, longer than the other properties.
_Description = Annotated[str, Meta(max_length=65_536)]

# The price in each currency of the account: `hs_price_eur`.
_PRICE_IN: Final = re.compile(r"hs_price_([a-z]{3})")

_members: Final = msgspec.json.Decoder(dict[str, Raw]).decode
_TEXT: Final = msgspec.json.Decoder(str | None)


class _Product(Properties, kw_only=True, gc=False):
    name: Text | None = None
    hs_sku: Text | None = None
    description: _Description | None = None
    price: Text | None = None
    hs_status: Text | None = None
    hs_product_type: Text | None = None


_OPENER: Final = Opener("products", _Product, kept=("hs_status",))


def _product(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record = _OPENER.open(raw, origin)
    product = record.properties
    price = values.number("properties.price", product.price)
    currency = _currency(price, record.other_properties, origin)
    yield Product(
        source_id=record.source_id,
        source_created_at=record.created_at,
        source_updated_at=record.updated_at,
        attributes=record.attributes(["price"] if price is not None and not currency else []),
        sku=fields.text(product.hs_sku),
        name=fields.text(product.name) or f"product {record.source_id}",
        description=fields.text(product.description),
        category=fields.text(product.hs_product_type),
        status=_STATUSES.get((product.hs_status or "").strip().lower()),
        unit_price=price if currency else None,
        unit_price_currency=currency if price is not None else None,
        external_ids=external_ids("products", record.other_properties, system=SYSTEM),
    )


def _currency(price: Decimal | None, others: JsonText, origin: Origin) -> str | None:
    """`price` names no currency, but is one of the prices that do."""
    if price is None:
        return origin.default_currency
    equal = [
        code.upper()
        for code, value in _prices(others)
        if values.number(f"properties.hs_price_{code}", value) == price
    ]
    if len(equal) != 1:
        return origin.default_currency
    return fields.currency(f"properties.hs_price_{equal[0].lower()}", equal[0])


def _prices(others: JsonText) -> Iterator[tuple[str, str | None]]:
    for name, raw in _members(others).items():
        match = _PRICE_IN.fullmatch(name)
        if match:
            yield match[1], _text(f"properties.{name}", raw)


def _text(path: str, raw: Raw) -> str | None:
    try:
        value: str | None = _TEXT.decode(raw)
    except msgspec.ValidationError:
        message = f"Expected text or null, not {bytes(raw).decode()}"
        raise InvalidRecord("type", path, message) from None
    return value


MAPPER: Final[Mapper] = deletable(Product, _product)
