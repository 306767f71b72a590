"""Shopify: what the REST Admin API answers with, and the bodies of its webhooks.

A file is a list in the member that names its kind (`{"orders": […]}`), one object (`{"order": {…}}`
or bare), an array of them or one to a line. A webhook tells of a deletion by little more than the
id; of an order or a product by nothing else, so that the kind must be in the object's key.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Customer, Entity, Order, Product
from data_pipeline.sources.fields import Id
from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.shopify.customers import customer
from data_pipeline.sources.shopify.orders import order
from data_pipeline.sources.shopify.products import product, variant
from data_pipeline.sources.shopify.values import SYSTEM, product_id
from data_pipeline.sources.source import Mapper, Origin, Outcome, Source

# https://shopify.dev/docs/api/usage/gids
_GLOBAL_ID: Final = re.compile(r"gid://shopify/(?P<kind>\w+)/")
_DELETION: Final = re.compile(r"delet", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-z]+")

_COLLECTIONS: Final = {
    "Customer": "customers",
    "Order": "orders",
    "Product": "products",
    "ProductVariant": "variants",
}
_SINGULAR: Final = {"customer": "customers", "order": "orders", "product": "products",
                    "variant": "variants"}  # fmt: skip
_WORDS_OF_KEYS: Final = _SINGULAR | {name: name for name in _SINGULAR.values()}

_ABSENT: Final = Raw(b"")

# What a record of each kind has and no other.
_TELLING_FIELDS: Final = {
    "line_items": "orders",
    "variants": "products",
    "inventory_item_id": "variants",
    "orders_count": "customers",
}


class _Bare(Struct, gc=False):
    id: Id | None = None
    admin_graphql_api_id: str | None = None
    line_items: Raw = _ABSENT
    variants: Raw = _ABSENT
    inventory_item_id: Raw = _ABSENT
    orders_count: Raw = _ABSENT


class _Stub(Struct, forbid_unknown_fields=True, gc=False):
    id: Id
    admin_graphql_api_id: str | None = None
    tax_exemptions: Raw = _ABSENT


_BARE: Final = RecordDecoder(_Bare)
_STUB: Final = RecordDecoder(_Stub)

# The body of a webhook that tells of a deletion is not longer, and no whole record as short.
_LONGEST_STUB_BYTES: Final = 400


_ID_ALONE: Final = (
    "Expected all fields, not the id alone; what a webhook sent when it was deleted belongs in a"
    " folder such as orders/delete/"
)


def _whole(mapper: Mapper) -> Mapper:
    """The mapper, made to refuse a record that was asked for its id alone."""

    def map_record(raw: bytes, origin: Origin) -> Iterator[Outcome]:
        if _stub(raw) is not None:
            raise InvalidRecord("required", "", _ID_ALONE)
        return mapper(raw, origin)

    return map_record


def _deletion_of(entity: type[Entity], source_id: Callable[[Id], str] = str) -> Mapper:
    """The mapper of a deletion webhook's body, which has no time of its own."""

    def map_record(raw: bytes, origin: Origin) -> Iterator[Outcome]:
        yield entity(
            source_id=source_id(_STUB.decode(raw).id),
            source_updated_at=origin.as_of,
            deleted_at=origin.as_of,
        )

    return map_record


def _stub(raw: bytes) -> _Stub | None:
    if len(raw) > _LONGEST_STUB_BYTES:
        return None
    try:
        return _STUB.decode(raw)
    except InvalidRecord:
        return None


def _collection_of(raw: bytes, key: str) -> str:
    collection = _kind_of(raw, key)
    stub = _stub(raw)
    if stub is None:
        return collection
    # Only a webhook gives customers' exemptions with their ids.
    is_deletion = stub.tax_exemptions != _ABSENT or _DELETION.search(key)
    return f"{collection}/delete" if is_deletion else collection


def _kind_of(raw: bytes, key: str) -> str:
    record = _BARE.decode(raw)
    if isinstance(record.id, str) and _GLOBAL_ID.match(record.id):
        raise InvalidRecord(
            "record_type", "id", f"Expected a record of the REST Admin API, not {record.id!r} of"
            " the GraphQL API",
        )  # fmt: skip
    named = _GLOBAL_ID.match(record.admin_graphql_api_id or "")
    if named is not None:
        return _known(named["kind"])
    for name, collection in _TELLING_FIELDS.items():
        if getattr(record, name) != _ABSENT:
            return collection
    return _named_by(key)


def _known(kind: str) -> str:
    if kind in _COLLECTIONS:
        return _COLLECTIONS[kind]
    known = ", ".join(_COLLECTIONS)
    raise InvalidRecord("record_type", "admin_graphql_api_id", f"Expected {known}, not {kind!r}")


def _named_by(key: str) -> str:
    path = key.partition("/")[2]
    for word in _WORD.findall(path.lower()):
        if word in _WORDS_OF_KEYS:
            return _WORDS_OF_KEYS[word]
    raise InvalidRecord(
        "record_type", "", "Nothing says what it is: upload it to a folder that does, such as"
        " orders/, or in an envelope",
    )  # fmt: skip


# Deletions are named as the topics of their webhooks are:
# https://shopify.dev/docs/api/webhooks
MAPPERS: Final[dict[str, Mapper]] = {
    "customers": _whole(customer),
    "products": _whole(product),
    "variants": _whole(variant),
    "orders": _whole(order),
    "customers/delete": _deletion_of(Customer),
    "products/delete": _deletion_of(Product, product_id),
    "variants/delete": _deletion_of(Product),
    "orders/delete": _deletion_of(Order),
}

SOURCE: Final = Source(
    name=SYSTEM,
    mappers=MAPPERS,
    collection_of=_collection_of,
    record_fields=frozenset({"id"}),
    wrappers=_SINGULAR,
)
