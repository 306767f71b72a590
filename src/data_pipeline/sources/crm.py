"""The generic CRM export: customers with their contacts and opportunities, and how they relate.

A file is an envelope of collections (`{"customers": […], "relationships": […]}`), or bare records
that name their collection in `record_type`; a bare record that does not is a customer.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Contact, Customer, Opportunity, Product, Relationship
from data_pipeline.sources import fields
from data_pipeline.sources.deletion import deletable
from data_pipeline.sources.fields import Address, Count, Email, Id, Money, Name, Text
from data_pipeline.sources.records import RecordDecoder, join_attributes
from data_pipeline.sources.source import Mapper, Origin, Outcome, Source, nested

SYSTEM: Final = "crm"

_CUSTOMER_TYPES: Final = fields.words("company", "person")
_CUSTOMER_STATUSES: Final = fields.words("lead", "prospect", "active", "inactive", "churned")
_PRODUCT_STATUSES: Final = fields.words("active", "inactive")
_OPPORTUNITY_STATUSES: Final = fields.words(
    "open", "won", "lost", closed_won="won", closed_lost="lost"
)
_COLLECTIONS: Final = fields.words(
    "customers", "contacts", "products", "opportunities", "relationships",
    customer="customers", contact="contacts", product="products", opportunity="opportunities",
    relationship="relationships",
)  # fmt: skip
_ENTITIES: Final = fields.words(
    "customers", "contacts", "products", "opportunities", "orders", "order_items", "invoices",
    customer="customers", contact="contacts", product="products", opportunity="opportunities",
    order="orders", order_item="order_items", invoice="invoices",
)  # fmt: skip


class _Record(Struct, kw_only=True, gc=False):
    id: Id
    record_type: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted: bool = False


class _Customer(_Record, kw_only=True, gc=False):
    name: Name
    type: str | None = None
    legal_name: Text | None = None
    email: Email | None = None
    phone: Text | None = None
    website: Text | None = None
    industry: Text | None = None
    segment: Text | None = None
    status: str | None = None
    tax_id: Text | None = None
    address: Raw = Raw(b"{}")
    employees: Count | None = None
    annual_revenue: Money | None = None
    parent_id: Id | None = None
    external_ids: dict[str, Id | None] = {}
    contacts: list[Raw] = []
    opportunities: list[Raw] = []


class _Contact(_Record, kw_only=True, gc=False):
    customer_id: Id | None = None
    first_name: Text | None = None
    last_name: Name
    email: Email | None = None
    phone: Text | None = None
    title: Text | None = None
    department: Text | None = None
    primary: bool | None = None
    external_ids: dict[str, Id | None] = {}


class _Product(_Record, kw_only=True, gc=False):
    name: Name
    sku: Text | None = None
    description: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    status: str | None = None
    unit: Text | None = None
    price: Money | None = None
    external_ids: dict[str, Id | None] = {}


class _Opportunity(_Record, kw_only=True, gc=False):
    name: Name
    customer_id: Id | None = None
    contact_id: Id | None = None
    stage: Text | None = None
    status: str | None = None
    amount: Money | None = None
    probability: Decimal | None = None
    expected_close_date: date | None = None
    closed_at: datetime | None = None
    owner: Text | None = None
    lead_source: Text | None = None


class _End(Struct, gc=False):
    entity: str
    id: Id
    system: Name = SYSTEM


class _Relationship(_Record, kw_only=True, gc=False):
    type: Name
    from_: _End = msgspec.field(name="from")
    to: _End
    valid_from: date | None = None
    valid_to: date | None = None


class _Bare(Struct, gc=False):
    record_type: str | None = None


_CUSTOMER: Final = RecordDecoder(_Customer)
_ADDRESS: Final = RecordDecoder(Address)
_CONTACT: Final = RecordDecoder(_Contact)
_PRODUCT: Final = RecordDecoder(_Product)
_OPPORTUNITY: Final = RecordDecoder(_Opportunity)
_RELATIONSHIP: Final = RecordDecoder(_Relationship)
_BARE: Final = RecordDecoder(_Bare)
_BACKSLASH: Final = ord("\\")


def _customer(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _CUSTOMER.decode_all(raw)
    address, rest_of_address = _ADDRESS.decode_all(bytes(record.address), path="address")
    revenue = record.annual_revenue
    source_id = fields.identifier(record.id)
    updated_at = fields.instant(record.updated_at) or origin.as_of
    yield Customer(
        source_id=source_id,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=updated_at,
        attributes=join_attributes(attributes, "address", rest_of_address),
        customer_type=fields.choice("type", record.type, _CUSTOMER_TYPES),
        name=fields.required_text("name", record.name),
        legal_name=fields.text(record.legal_name),
        email=fields.text(record.email),
        phone=fields.text(record.phone),
        website=fields.text(record.website),
        industry=fields.text(record.industry),
        segment=fields.text(record.segment),
        status=fields.choice("status", record.status, _CUSTOMER_STATUSES),
        tax_id=fields.text(record.tax_id),
        street=fields.text(address.street),
        city=fields.text(address.city),
        region=fields.text(address.region),
        postal_code=fields.text(address.postal_code),
        country=address.country,
        employee_count=record.employees,
        annual_revenue=fields.amount("annual_revenue.amount", revenue.amount) if revenue else None,
        annual_revenue_currency=revenue.currency if revenue else None,
        external_ids=fields.external_ids(record.external_ids),
    )
    parent = fields.optional_identifier(record.parent_id)
    if parent is not None:
        yield _parent_of(parent, source_id, updated_at)
    if record.contacts or record.opportunities:
        within = origin.of(source_id, updated_at)
        yield from nested(MAPPERS["contacts"], record.contacts, "contacts", within)
        yield from nested(MAPPERS["opportunities"], record.opportunities, "opportunities", within)


def _parent_of(parent: str, child: str, updated_at: datetime) -> Relationship:
    """A company has one parent at most, so the child names the edge: a new parent replaces it."""
    return Relationship(
        source_id=f"parent_of:{child}",
        source_updated_at=updated_at,
        relationship_type="parent_of",
        from_entity="customers",
        from_source_system=SYSTEM,
        from_source_id=parent,
        to_entity="customers",
        to_source_system=SYSTEM,
        to_source_id=child,
    )


def _contact(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _CONTACT.decode_all(raw)
    first_name = fields.text(record.first_name)
    last_name = fields.required_text("last_name", record.last_name)
    customer_id = fields.optional_identifier(record.customer_id)
    yield Contact(
        source_id=fields.identifier(record.id),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        customer_source_id=customer_id or origin.parent_source_id,
        name=" ".join(filter(None, (first_name, last_name))),
        first_name=first_name,
        last_name=last_name,
        email=fields.text(record.email),
        phone=fields.text(record.phone),
        job_title=fields.text(record.title),
        department=fields.text(record.department),
        is_primary=record.primary,
        external_ids=fields.external_ids(record.external_ids),
    )


def _product(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _PRODUCT.decode_all(raw)
    price = record.price
    yield Product(
        source_id=fields.identifier(record.id),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        sku=fields.text(record.sku),
        name=fields.required_text("name", record.name),
        description=fields.text(record.description),
        category=fields.text(record.category),
        brand=fields.text(record.brand),
        status=fields.choice("status", record.status, _PRODUCT_STATUSES),
        unit_of_measure=fields.text(record.unit),
        unit_price=fields.amount("price.amount", price.amount) if price else None,
        unit_price_currency=price.currency if price else None,
        external_ids=fields.external_ids(record.external_ids),
    )


def _opportunity(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _OPPORTUNITY.decode_all(raw)
    worth = record.amount
    customer_id = fields.optional_identifier(record.customer_id)
    yield Opportunity(
        source_id=fields.identifier(record.id),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        customer_source_id=customer_id or origin.parent_source_id,
        contact_source_id=fields.optional_identifier(record.contact_id),
        name=fields.required_text("name", record.name),
        stage=fields.text(record.stage),
        status=fields.choice("status", record.status, _OPPORTUNITY_STATUSES),
        amount=fields.amount("amount.amount", worth.amount) if worth else None,
        currency=worth.currency if worth else None,
        probability=fields.percentage("probability", record.probability),
        expected_close_date=record.expected_close_date,
        closed_at=fields.instant(record.closed_at),
        owner_name=fields.text(record.owner),
        lead_source=fields.text(record.lead_source),
    )


def _relationship(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _RELATIONSHIP.decode_all(raw)
    yield Relationship(
        source_id=fields.identifier(record.id),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.updated_at) or origin.as_of,
        attributes=attributes,
        relationship_type=fields.required_text("type", record.type),
        from_entity=fields.required_choice("from.entity", record.from_.entity, _ENTITIES),
        from_source_system=record.from_.system,
        from_source_id=fields.identifier(record.from_.id),
        to_entity=fields.required_choice("to.entity", record.to.entity, _ENTITIES),
        to_source_system=record.to.system,
        to_source_id=fields.identifier(record.to.id),
        valid_from=record.valid_from,
        valid_to=record.valid_to,
    )


def _collection_of(raw: bytes, _key: str) -> str:
    # `find` is faster than `in`, and a name may be written in escapes.
    if raw.find(b'"record_type"') < 0 and _BACKSLASH not in raw:
        return "customers"
    record = _BARE.decode(raw)
    return fields.choice("record_type", record.record_type, _COLLECTIONS) or "customers"


MAPPERS: Final[dict[str, Mapper]] = {
    "customers": deletable(Customer, _customer),
    "contacts": deletable(Contact, _contact),
    "products": deletable(Product, _product),
    "opportunities": deletable(Opportunity, _opportunity),
    "relationships": deletable(Relationship, _relationship),
}

SOURCE: Final = Source(
    name=SYSTEM,
    mappers=MAPPERS,
    collection_of=_collection_of,
    record_fields=frozenset({"id", "record_type"}),
    edges_of_customers=frozenset({"parent_of"}),
)
