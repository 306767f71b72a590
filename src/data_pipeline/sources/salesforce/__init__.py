"""Salesforce: what its REST API answers to queries in SOQL, saved as it is.

`query` and `queryAll` answer `{"totalSize": …, "done": …, "records": […]}`, "get deleted"
`{"deletedRecords": […]}`, and single records and lists of them come bare. A record says its type in
`attributes.type`; without it the first characters of its id do.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
"""

from typing import Final

from msgspec import Struct, field

from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.salesforce import (
    accounts,
    contacts,
    ids,
    opportunities,
    orders,
    products,
)
from data_pipeline.sources.salesforce.records import SYSTEM
from data_pipeline.sources.source import Mapper, Source


class _Metadata(Struct, gc=False):
    type: str | None = None


class _Bare(Struct, gc=False):
    metadata: _Metadata | None = field(name="attributes", default=None)
    id: str | None = field(name="Id", default=None)
    listed_id: str | None = field(name="id", default=None)


_BARE: Final = RecordDecoder(_Bare)


def _collection_of(raw: bytes, _key: str) -> str:
    record = _BARE.decode(raw)
    known = ", ".join(MAPPERS)
    if record.metadata is not None and record.metadata.type:
        if record.metadata.type in MAPPERS:
            return record.metadata.type
        message = f"Expected one of {known}, not {record.metadata.type!r}"
        raise InvalidRecord("record_type", "attributes.type", message)
    source_id = record.id or record.listed_id or ""
    found = ids.type_of(source_id)
    if found is None:
        message = f"Expected attributes.type, or the id of one of {known}, not {source_id!r}"
        raise InvalidRecord("record_type", "Id", message)
    return found


MAPPERS: Final[dict[str, Mapper]] = {
    "Account": accounts.MAPPER,
    "Contact": contacts.MAPPER,
    "Opportunity": opportunities.MAPPER,
    "Product2": products.MAPPER,
    "Order": orders.MAPPER,
    "OrderItem": orders.ITEM_MAPPER,
}

SOURCE: Final = Source(
    name=SYSTEM,
    mappers=MAPPERS,
    collection_of=_collection_of,
    record_fields=frozenset({"Id", "attributes", "deletedDate"}),
    other_lists={"records": None, "deletedRecords": None},
    edges_of_customers=frozenset({"parent_of"}),
)
