"""Of which type a record is, which no record of HubSpot says.

The page's own links tell it, or the key of the object, or else the record's address, associations
and properties.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.sources.records import InvalidRecord, RecordDecoder

ASSOCIATIONS: Final = "associations"

# By the names and the numbers that HubSpot's addresses use.
# https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/object-definition
_COLLECTIONS: Final = {
    "contact": "contacts",
    "contacts": "contacts",
    "0-1": "contacts",
    "company": "companies",
    "companies": "companies",
    "0-2": "companies",
    "deal": "deals",
    "deals": "deals",
    "0-3": "deals",
    "product": "products",
    "products": "products",
    "0-7": "products",
    "line_item": "line_items",
    "line_items": "line_items",
    "lineitem": "line_items",
    "lineitems": "line_items",
    "0-8": "line_items",
}

_LINE_ITEM: Final = re.compile(r"line[ _-]*(items?)")
_WORDS: Final = re.compile(r"0-[1-8](?!\d)|[a-z_]*[a-z]")
_LINK: Final = re.compile(r"/objects/(?:\d{4}-\d{2}/)?([a-z_]+|0-\d+)(?:[/?]|$)")
_ADDRESS: Final = re.compile(r"/record/(0-\d+)/|/(contact|company|deal)/\d")
_ASSOCIATION: Final = re.compile(rb'"type"\s*:\s*"(contact|company|deal|line_item)_to_')

# The first that a record has decides. What every type may have (`name`) decides nothing.
_HALLMARKS: Final = (
    ("deals", ("dealname", "dealstage")),
    ("line_items", ("hs_product_id", "quantity", "hs_line_item_currency_code")),
    ("contacts", ("lastmodifieddate", "firstname", "lastname", "email")),
    ("companies", ("domain", "numberofemployees", "annualrevenue")),
    ("products", ("price", "hs_price_eur", "hs_price_usd", "hs_cost_of_goods_sold")),
)


_ABSENT: Final = Raw(b"")


class _Next(Struct, gc=False):
    link: str | None = None


class _Paging(Struct, gc=False):
    next: _Next | None = None


class _Bare(Struct, gc=False):
    from_: Raw = msgspec.field(name="from", default=_ABSENT)
    to_object_id: Raw = msgspec.field(name="toObjectId", default=_ABSENT)
    url: str | None = None
    properties: dict[str, Raw] = {}


_BARE: Final = RecordDecoder(_Bare)
_paging: Final = msgspec.json.Decoder(_Paging | None).decode


def lists_of_page(page: Mapping[str, Raw]) -> Mapping[str, str]:
    """What the page's list holds, from the link to the next page."""
    try:
        paging = _paging(page["paging"])
    except (KeyError, msgspec.ValidationError):
        return {}
    link = paging.next.link if paging and paging.next else None
    match = _LINK.search(link or "")
    collection = _COLLECTIONS.get(match[1]) if match else None
    return {"results": collection} if collection else {}


def collection_of(raw: bytes, key: str) -> str:
    """The type of a record.

    Raises:
        InvalidRecord: nothing tells it.
    """
    record = _BARE.decode(raw)
    if bytes(record.from_):
        return ASSOCIATIONS
    if bytes(record.to_object_id):
        message = "Expected the record that is associated: export /crm/v4/associations/…/batch/read"
        raise InvalidRecord("required", "from", message)
    found = of_key(key) or _of_address(record.url) or _of_association(raw) or _of_properties(record)
    if found is None:
        message = (
            "Nothing tells what it is: upload it under hubspot-data/companies/ (or contacts, "
            f"deals, products, line_items), not as {key!r}"
        )
        raise InvalidRecord("record_type", "", message)
    return found


@lru_cache(maxsize=64)
def of_key(key: str) -> str | None:
    """The type that the key of an object names: its file, or else the nearest folder that does."""
    _, *segments = key.lower().split("/")
    for segment in reversed(segments):
        words = _WORDS.findall(_LINE_ITEM.sub(r"line\1", segment))
        words = [word for joined in words for word in joined.split("_")]
        named = {_COLLECTIONS[word] for word in words if word in _COLLECTIONS}
        if len(named) == 1:
            return named.pop()
    return None


def _of_address(url: str | None) -> str | None:
    match = _ADDRESS.search(url or "")
    return _COLLECTIONS.get(match[1] or match[2]) if match else None


def _of_association(raw: bytes) -> str | None:
    match = _ASSOCIATION.search(raw)
    return _COLLECTIONS[match[1].decode()] if match else None


def _of_properties(record: _Bare) -> str | None:
    for collection, properties in _HALLMARKS:
        if any(name in record.properties for name in properties):
            return collection
    return None
