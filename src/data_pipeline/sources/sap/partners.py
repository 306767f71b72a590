"""SAP's A_BusinessPartner: customers, and the persons who are contacts at them.

https://api.sap.com/api/API_BUSINESS_PARTNER/resource.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from data_pipeline.canonical.entities import Contact, Customer, Entity, JsonText, Relationship
from data_pipeline.sources import declared_ids, fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import RecordDecoder, json_text
from data_pipeline.sources.sap import odata
from data_pipeline.sources.sap.addresses import Address, standard
from data_pipeline.sources.sap.odata import SYSTEM, Results, expanded
from data_pipeline.sources.source import Origin, Outcome

_CATEGORIES: Final = {"1": "person", "2": "company", "3": "company"}
_PROSPECT_ROLE: Final = "BUP002"


class _Tax(Struct, gc=False):
    number: Text | None = msgspec.field(name="BPTaxNumber", default=None)
    long_number: Text | None = msgspec.field(name="BPTaxLongNumber", default=None)


class _Role(Struct, rename="pascal", gc=False):
    business_partner_role: str | None = None


class _ContactOf(Struct, rename="pascal", gc=False):
    business_partner_company: str | int
    business_partner_person: str | int
    validity_start_date: str | None = None
    validity_end_date: str | None = None


class _Partner(Struct, rename="pascal", kw_only=True, gc=False):
    business_partner: Id
    business_partner_category: str | int | None = None
    customer: str | int | None = None
    business_partner_full_name: Text | None = None
    business_partner_name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    organization_name_1: Text | None = msgspec.field(name="OrganizationBPName1", default=None)
    organization_name_2: Text | None = msgspec.field(name="OrganizationBPName2", default=None)
    organization_name_3: Text | None = msgspec.field(name="OrganizationBPName3", default=None)
    organization_name_4: Text | None = msgspec.field(name="OrganizationBPName4", default=None)
    group_business_partner_name1: Text | None = None
    industry: Text | None = None
    business_partner_is_blocked: bool | None = None
    is_marked_for_archiving: bool | None = None
    creation_date: str | None = None
    creation_time: str | None = None
    last_change_date: str | None = None
    last_change_time: str | None = None
    addresses: list[Address] | Results[Address] | None = msgspec.field(
        name="to_BusinessPartnerAddress", default=None
    )
    taxes: list[_Tax] | Results[_Tax] | None = msgspec.field(
        name="to_BusinessPartnerTax", default=None
    )
    roles: list[_Role] | Results[_Role] | None = msgspec.field(
        name="to_BusinessPartnerRole", default=None
    )
    contacts: list[_ContactOf] | Results[_ContactOf] | None = msgspec.field(
        name="to_BusinessPartnerContact", default=None
    )

    @property
    def organization_names(self) -> str | None:
        names = (self.organization_name_1, self.organization_name_2, self.organization_name_3,
                 self.organization_name_4)  # fmt: skip
        return " ".join(filter(None, map(fields.text, names))) or None

    @property
    def person_names(self) -> str | None:
        return " ".join(filter(None, map(fields.text, (self.first_name, self.last_name)))) or None


_NOT_KEPT: Final = frozenset({"BusinessPartner", "Industry"})
_PARTNER: Final = RecordDecoder(
    _Partner,
    kept=(
        field.encode_name
        for field in msgspec.structs.fields(_Partner)
        if field.encode_name not in _NOT_KEPT
    ),
)


class _Bookkeeping(Struct, gc=False):
    """What is the same whatever the partner becomes."""

    source_id: str
    customer_number: str | None
    created_at: datetime | None
    updated_at: datetime
    deleted_at: datetime | None
    attributes: JsonText


def partner(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """Whoever buys is a customer, and so is every organisation; any other person is a contact."""
    record, attributes = _PARTNER.decode_all(raw)
    source_id = odata.required_key("BusinessPartner", record.business_partner)
    books = _bookkeeping(record, source_id, odata.data_of(attributes), raw, origin)
    kind = odata.code(
        "BusinessPartnerCategory", str(record.business_partner_category or ""), _CATEGORIES
    )
    address = standard(expanded(record.addresses), origin.as_of)
    edges = _contacts_of(record, books.updated_at)
    if kind == "person" and books.customer_number is None:
        yield _contact(record, address, books)
    else:
        yield from _customers(record, kind, address, books)
    yield from edges


def _bookkeeping(
    record: _Partner, source_id: str, attributes: JsonText, raw: bytes, origin: Origin
) -> _Bookkeeping:
    created_at = odata.moment("CreationDate", record.creation_date, record.creation_time)
    changed_at = odata.moment("LastChangeDate", record.last_change_date, record.last_change_time)
    updated_at = odata.changed_at([changed_at], created_at, raw, origin)
    return _Bookkeeping(
        source_id=source_id,
        customer_number=odata.key(record.customer),
        created_at=created_at,
        updated_at=updated_at,
        deleted_at=updated_at if record.is_marked_for_archiving else None,
        attributes=attributes,
    )


def _customers(
    record: _Partner, kind: str | None, address: Address, books: _Bookkeeping
) -> Iterator[Entity]:
    name = _name(record) or books.source_id
    taxes = (each.number or each.long_number for each in expanded(record.taxes))
    yield Customer(
        source_id=books.source_id,
        source_created_at=books.created_at,
        source_updated_at=books.updated_at,
        deleted_at=books.deleted_at,
        attributes=books.attributes,
        customer_type=kind,
        name=name,
        legal_name=record.organization_names,
        email=address.email,
        phone=address.phone,
        website=address.website,
        industry=fields.text(record.industry),
        status=_status(record, books.customer_number),
        tax_id=next(filter(None, map(fields.text, taxes)), None),
        street=address.street,
        city=fields.text(address.city_name),
        region=fields.text(address.region),
        postal_code=fields.text(address.postal_code),
        country=fields.country(address.country),
        external_ids=declared_ids.external_ids("customers", books.attributes, system=SYSTEM),
    )
    if books.customer_number not in (None, books.source_id):
        yield _alias(str(books.customer_number), kind, name, books)


def _alias(number: str, kind: str | None, name: str, books: _Bookkeeping) -> Customer:
    """The partner by its customer number, which is what sales orders call it by.

    It declares to be the partner, so that both are one unified customer. It has no e-mail
    address: one that two customers of a system share identifies neither.
    """
    return Customer(
        source_id=number,
        source_created_at=books.created_at,
        source_updated_at=books.updated_at,
        deleted_at=books.deleted_at,
        attributes=json_text({"alias_of": books.source_id}),
        customer_type=kind,
        name=name,
        external_ids=fields.external_ids({SYSTEM: books.source_id}),
    )


def _contact(record: _Partner, address: Address, books: _Bookkeeping) -> Contact:
    companies = (
        odata.key(each.business_partner_company)
        for each in expanded(record.contacts)
        if odata.key(each.business_partner_person) == books.source_id
    )
    return Contact(
        source_id=books.source_id,
        source_created_at=books.created_at,
        source_updated_at=books.updated_at,
        deleted_at=books.deleted_at,
        attributes=books.attributes,
        customer_source_id=next(companies, None),
        name=record.person_names or _name(record) or books.source_id,
        first_name=fields.text(record.first_name),
        last_name=fields.text(record.last_name),
        email=address.email,
        phone=address.phone,
        country=fields.country(address.country),
        external_ids=declared_ids.external_ids("contacts", books.attributes, system=SYSTEM),
    )


def _contacts_of(record: _Partner, updated_at: datetime) -> list[Relationship]:
    """The person's name is in a record of its own, so of a contact only the edge is known here."""
    path = "to_BusinessPartnerContact"
    edges = []
    for each in expanded(record.contacts):
        company = odata.required_key(
            f"{path}.BusinessPartnerCompany", each.business_partner_company
        )
        person = odata.required_key(f"{path}.BusinessPartnerPerson", each.business_partner_person)
        edge = Edge("contact_of", End("contacts", person), End("customers", company))
        row = relationship(SYSTEM, edge, updated_at)
        row.valid_from = odata.day(f"{path}.ValidityStartDate", each.validity_start_date)
        row.valid_to = odata.day(f"{path}.ValidityEndDate", each.validity_end_date)
        edges.append(row)
    return edges


def _name(record: _Partner) -> str | None:
    names = (record.business_partner_full_name, record.organization_names,
             record.group_business_partner_name1, record.person_names,
             record.business_partner_name)  # fmt: skip
    return next(filter(None, map(fields.text, names)), None)


def _status(record: _Partner, customer_number: str | None) -> str | None:
    """None for a partner that never was a customer, such as one that only supplies."""
    if record.business_partner_is_blocked:
        return "inactive"
    if customer_number is not None:
        return "active"
    roles = {role.business_partner_role for role in expanded(record.roles)}
    return "prospect" if _PROSPECT_ROLE in roles else None
