"""Shopify's Customer: https://shopify.dev/docs/api/admin-rest/latest/resources/customer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Customer
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Email, Id, Text
from data_pipeline.sources.records import RecordDecoder
from data_pipeline.sources.source import Origin, Outcome


class _Address(Struct, gc=False):
    name: Text | None = None
    address1: Text | None = None
    address2: Text | None = None
    city: Text | None = None
    province: Text | None = None
    zip: Text | None = None
    country_code: str | None = None


class _Customer(Struct, kw_only=True, gc=False):
    id: Id
    created_at: datetime | None = None
    updated_at: datetime | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Email | None = None
    phone: Text | None = None
    orders_count: int | None = None
    default_address: _Address | None = None


_CUSTOMER: Final = RecordDecoder(
    _Customer, kept=("first_name", "last_name", "orders_count", "default_address")
)


def customer(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """A person. `state` is about the login, which most who buy never have: it is no status."""
    record, attributes = _CUSTOMER.decode_all(raw)
    source_id = fields.identifier(record.id)
    address = record.default_address or _Address()
    yield Customer(
        source_id=source_id,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        customer_type="person",
        name=_name(record, address) or source_id,
        email=fields.text(record.email),
        phone=fields.text(record.phone),
        status=_status(record.orders_count),
        street=", ".join(filter(None, map(fields.text, (address.address1, address.address2))))
        or None,
        city=fields.text(address.city),
        region=fields.text(address.province),
        postal_code=fields.text(address.zip),
        country=fields.country(address.country_code),
    )


def _name(record: _Customer, address: _Address) -> str | None:
    """Guests and customers of a point of sale may have no name, nor an e-mail address."""
    names = map(fields.text, (record.first_name, record.last_name))
    others = map(fields.text, (address.name, record.email, record.phone))
    return " ".join(filter(None, names)) or next(filter(None, others), None)


def _status(orders_count: int | None) -> str | None:
    if orders_count is None:
        return None
    return "active" if orders_count > 0 else "lead"
