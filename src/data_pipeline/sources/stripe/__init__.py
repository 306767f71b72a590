"""Stripe: what its API answers with, and its events.

A file is a list (`{"object": "list", "data": […]}`), one object, an array of them or one to a
line; each object says what it is in `object`. Only products say when they were last changed, and
no list holds what was deleted, so what orders the versions of a record is when it was observed:
the time of an event, or that of the file.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Customer, Entity, Invoice, Order, Product
from data_pipeline.sources import fields
from data_pipeline.sources.deletion import deletable
from data_pipeline.sources.fields import Id
from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.source import Mapper, Origin, Outcome, Source, checked
from data_pipeline.sources.stripe.charges import charge
from data_pipeline.sources.stripe.customers import customer
from data_pipeline.sources.stripe.invoices import invoice
from data_pipeline.sources.stripe.products import price, product
from data_pipeline.sources.stripe.values import SYSTEM, Timestamp, moment


class _Bare(Struct, gc=False):
    object: str


class _Identified(Struct, gc=False):
    id: Id


class _Snapshot(Struct, gc=False):
    object: Raw


class _Event(Struct, gc=False):
    type: str
    created: Timestamp
    data: _Snapshot


_BARE: Final = RecordDecoder(_Bare)
_IDENTIFIED: Final = RecordDecoder(_Identified)
_EVENT: Final = RecordDecoder(_Event)

_COLLECTIONS: Final = {
    "customer": "customers",
    "product": "products",
    "price": "prices",
    "invoice": "invoices",
    "charge": "charges",
    "event": "events",
}

_ENTITIES: Final[dict[str, type[Entity]]] = {
    "customers": Customer,
    "products": Product,
    "prices": Product,
    "invoices": Invoice,
    "charges": Order,
}


def _event(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """What the event is about, as it was then: https://docs.stripe.com/api/events/object.

    The object of `customer.deleted` is the whole customer, without a mark.
    """
    record = _EVENT.decode(raw)
    within = msgspec.structs.replace(
        origin, path=f"{origin.path}.data.object", as_of=moment(record.created) or origin.as_of
    )
    snapshot = bytes(record.data.object)
    kind = _BARE.decode(snapshot, path="data.object").object
    collection = _collection(kind, "data.object.object")
    if collection == "events":
        raise InvalidRecord("record_type", "data.object.object", "An event is about no event")
    within = msgspec.structs.replace(within, collection=collection)
    mapper = _deletion if record.type == f"{kind}.deleted" else MAPPERS[collection]
    yield from checked(mapper, snapshot, within)


def _deletion(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record = _IDENTIFIED.decode(raw)
    yield _ENTITIES[origin.collection](
        source_id=fields.identifier(record.id),
        source_updated_at=origin.as_of,
        deleted_at=origin.as_of,
    )


def _collection_of(raw: bytes, _key: str) -> str:
    return _collection(_BARE.decode(raw).object, "object")


def _collection(kind: str, path: str) -> str:
    if kind in _COLLECTIONS:
        return _COLLECTIONS[kind]
    known = ", ".join(_COLLECTIONS)
    raise InvalidRecord("record_type", path, f"Expected one of {known}, not {kind!r}")


MAPPERS: Final[dict[str, Mapper]] = {
    "customers": deletable(Customer, customer),
    "products": deletable(Product, product),
    "prices": deletable(Product, price),
    "invoices": deletable(Invoice, invoice),
    "charges": deletable(Order, charge),
    "events": _event,
}

SOURCE: Final = Source(
    name=SYSTEM,
    mappers=MAPPERS,
    collection_of=_collection_of,
    record_fields=frozenset({"id"}),
    other_lists={"data": None},
)
