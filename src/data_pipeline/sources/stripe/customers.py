"""Stripe's Customer: https://docs.stripe.com/api/customers/object."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Customer
from data_pipeline.sources import declared_ids, fields
from data_pipeline.sources.fields import Email, Id, Text
from data_pipeline.sources.records import RecordDecoder, json_text
from data_pipeline.sources.source import Origin, Outcome
from data_pipeline.sources.stripe.values import SYSTEM, Timestamp, first_text, moment


class _Address(Struct, gc=False):
    line1: Text | None = None
    line2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: str | None = None


class _TaxId(Struct, gc=False):
    value: Text | None = None


class _TaxIds(Struct, gc=False):
    data: list[_TaxId] = []


class _Customer(Struct, kw_only=True, gc=False):
    id: Id
    created: Timestamp | None = None
    name: Text | None = None
    business_name: Text | None = None
    individual_name: Text | None = None
    description: Text | None = None
    email: Email | None = None
    phone: Text | None = None
    address: _Address | None = None
    tax_ids: _TaxIds | None = None
    metadata: dict[str, str] | None = None


_CUSTOMER: Final = RecordDecoder(
    _Customer,
    kept=("business_name", "individual_name", "description", "address", "tax_ids", "metadata"),
)


def customer(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """Stripe asks for neither a name nor an address: what there is names the customer."""
    record, attributes = _CUSTOMER.decode_all(raw)
    source_id = fields.identifier(record.id)
    address = record.address or _Address()
    tax_ids = record.tax_ids.data if record.tax_ids else []
    names = (record.name, record.business_name, record.individual_name, record.email,
             record.description)  # fmt: skip
    yield Customer(
        source_id=source_id,
        source_created_at=moment(record.created),
        source_updated_at=origin.as_of,
        attributes=attributes,
        customer_type=_type(record),
        name=first_text(names) or source_id,
        legal_name=fields.text(record.business_name),
        email=fields.text(record.email),
        phone=fields.text(record.phone),
        tax_id=first_text(tax_id.value for tax_id in tax_ids),
        street=", ".join(filter(None, map(fields.text, (address.line1, address.line2)))) or None,
        city=fields.text(address.city),
        region=fields.text(address.state),
        postal_code=fields.text(address.postal_code),
        country=fields.country(address.country),
        external_ids=declared_ids.external_ids(
            "customers", json_text(record.metadata or {}), system=SYSTEM
        ),
    )


def _type(record: _Customer) -> str | None:
    if fields.text(record.business_name):
        return "company"
    return "person" if fields.text(record.individual_name) else None
