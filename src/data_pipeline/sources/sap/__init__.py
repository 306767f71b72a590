"""SAP S/4HANA: business partners, products and sales orders as its OData services give them.

A file is an answer of version 2 (`{"d": {"results": […]}}`, or `d` with one record) or version 4
(`{"value": […]}`), an array of records, one record, or one to a line. Version 2 names the entity
set of each record in `__metadata`; else its key fields tell.
"""

import re
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.sap.items import item
from data_pipeline.sources.sap.odata import SYSTEM
from data_pipeline.sources.sap.orders import order
from data_pipeline.sources.sap.partners import partner
from data_pipeline.sources.sap.products import product
from data_pipeline.sources.source import Mapper, Source

# As in `API_SALES_ORDER_SRV.A_SalesOrderType`, or `A_SalesOrder('4711')` at the end of an address.
_TYPE: Final = re.compile(r"\.(?P<set>\w+)Type$")
_ADDRESS: Final = re.compile(r"/(?P<set>\w+)\([^/]*\)$")

_ABSENT: Final = Raw(b"")


class _Metadata(Struct, gc=False):
    type: str | None = None
    uri: str | None = None


class _Bare(Struct, rename="pascal", gc=False):
    metadata: _Metadata | None = msgspec.field(name="__metadata", default=None)
    sales_order_item: Raw = _ABSENT
    sales_order: Raw = _ABSENT
    business_partner_category: Raw = _ABSENT
    product_type: Raw = _ABSENT


_BARE: Final = RecordDecoder(_Bare)

MAPPERS: Final[dict[str, Mapper]] = {
    "A_BusinessPartner": partner,
    "A_Product": product,
    "A_SalesOrder": order,
    "A_SalesOrderItem": item,
}


def _collection_of(raw: bytes, _key: str) -> str:
    record = _BARE.decode(raw)
    named = _entity_set(record.metadata)
    if named in MAPPERS:
        return named
    if named is not None:
        message = f"Expected a record of {', '.join(MAPPERS)}, which may expand others, not {named}"
        raise InvalidRecord("record_type", "__metadata", message)
    # An item names its order too.
    for collection, value in (
        ("A_SalesOrderItem", record.sales_order_item),
        ("A_SalesOrder", record.sales_order),
        ("A_BusinessPartner", record.business_partner_category),
        ("A_Product", record.product_type),
    ):
        if bytes(value):
            return collection
    raise InvalidRecord(
        "record_type",
        "",
        "Expected __metadata, or one of SalesOrder, BusinessPartnerCategory or ProductType",
    )


def _entity_set(metadata: _Metadata | None) -> str | None:
    if metadata is None:
        return None
    found = _TYPE.search(metadata.type or "") or _ADDRESS.search(metadata.uri or "")
    return found["set"] if found else None


SOURCE: Final = Source(
    name=SYSTEM,
    mappers=MAPPERS,
    collection_of=_collection_of,
    record_fields=frozenset({"__metadata", "BusinessPartner", "Product", "SalesOrder"}),
    other_lists={"results": None, "value": None},
    wrappers={"d": None},
)
