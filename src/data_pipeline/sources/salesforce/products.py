"""Product2: products. Prices are in price books, whose entries a query may select with it.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_product2.htm
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Product
from data_pipeline.sources import fields
from data_pipeline.sources.declared_ids import external_ids
from data_pipeline.sources.fields import Name, Text
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.salesforce import ids
from data_pipeline.sources.salesforce.records import SYSTEM, Record, deletable
from data_pipeline.sources.source import Mapper, Origin, Outcome


class _PriceBook(Struct, gc=False, rename="pascal"):
    is_standard: bool | None = None


class _Entry(Struct, gc=False, rename="pascal"):
    unit_price: Decimal | None = None
    currency_iso_code: str | None = None
    is_active: bool | None = None
    pricebook2: _PriceBook | None = None


class _Entries(Struct, gc=False):
    records: list[_Entry] = []


class _Product(Record, kw_only=True, gc=False):
    name: Name
    product_code: Text | None = None
    stock_keeping_unit: Text | None = None
    description: Text | None = None
    family: Text | None = None
    is_active: bool | None = None
    quantity_unit_of_measure: Text | None = None
    pricebook_entries: _Entries | None = None


# One price of several is in a column.
_PRODUCT: Final = RecordDecoder(_Product, kept=("PricebookEntries", "CurrencyIsoCode"))


def _product(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _PRODUCT.decode_all(raw)
    sku, code = fields.text(record.stock_keeping_unit), fields.text(record.product_code)
    price, currency = _price(record, origin)
    yield Product(
        source_id=ids.required("Id", record.id),
        source_created_at=fields.instant(record.created_date),
        source_updated_at=record.updated_at(origin),
        attributes=keep(attributes, raw, ["ProductCode"] if sku and code else []),
        sku=sku or code,
        name=fields.required_text("Name", record.name),
        description=fields.text(record.description),
        category=fields.text(record.family),
        status=_status(record.is_active),
        unit_of_measure=fields.text(record.quantity_unit_of_measure),
        unit_price=price,
        unit_price_currency=currency,
        external_ids=external_ids("products", attributes, system=SYSTEM),
    )


def _status(is_active: bool | None) -> str | None:
    if is_active is None:
        return None
    return "active" if is_active else "inactive"


def _price(record: _Product, origin: Origin) -> tuple[Decimal | None, str | None]:
    """The price of the standard price book, in the product's own currency where it has several."""
    own = record.currency(origin)
    prices = {
        fields.currency("PricebookEntries.CurrencyIsoCode", entry.currency_iso_code) or own: entry
        for entry in _standard(record.pricebook_entries)
    }
    if own not in prices and len(prices) != 1:
        return None, None
    currency = own if own in prices else next(iter(prices))
    if currency is None:
        return None, None
    price = fields.computed("PricebookEntries.UnitPrice", prices[currency].unit_price)
    return price, currency if price is not None else None


def _standard(entries: _Entries | None) -> list[_Entry]:
    """The entries of the standard price book: one to a currency. A single entry needs no name."""
    active = [entry for entry in entries.records if entry.is_active is not False] if entries else []
    if len(active) == 1:
        return active
    return [entry for entry in active if entry.pricebook2 and entry.pricebook2.is_standard]


MAPPER: Final[Mapper] = deletable(Product, "products", _product)
