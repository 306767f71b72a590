"""Contacts: contacts. Their primary company is the customer, others become relationships.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
"""

from collections.abc import Iterator
from typing import Final

from data_pipeline.canonical.entities import Contact, JsonText
from data_pipeline.sources import fields
from data_pipeline.sources.countries import country
from data_pipeline.sources.declared_ids import declared
from data_pipeline.sources.fields import Email, Text
from data_pipeline.sources.hubspot.associations import (
    SYSTEM,
    Declared,
    primary,
    relationships,
)
from data_pipeline.sources.hubspot.records import Opened, Opener, Properties, deletable, mergers
from data_pipeline.sources.salesforce import ids
from data_pipeline.sources.source import Mapper, Origin, Outcome


class _Contact(Properties, kw_only=True, gc=False):
    firstname: Text | None = None
    lastname: Text | None = None
    email: Email | None = None
    phone: Text | None = None
    mobilephone: Text | None = None
    jobtitle: Text | None = None
    hs_country_region_code: Text | None = None
    country: Text | None = None
    associatedcompanyid: Text | None = None


_OPENER: Final = Opener("contacts", _Contact, associated=("companies", "contacts", "deals"))


def _contact(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record = _OPENER.open(raw, origin)
    contact = record.properties
    first_name, last_name = fields.text(contact.firstname), fields.text(contact.lastname)
    email, phone = fields.text(contact.email), fields.text(contact.phone)
    mobile = fields.text(contact.mobilephone)
    found = country(contact.hs_country_region_code, contact.country)
    unsaid = ["mobilephone"] if phone and mobile else []
    unsaid += ["country", "hs_country_region_code"] if found is None else []
    company = _company(record)
    whole_name = " ".join(filter(None, (first_name, last_name)))
    yield Contact(
        source_id=record.source_id,
        source_created_at=record.created_at,
        source_updated_at=record.updated_at,
        attributes=record.attributes(unsaid),
        customer_source_id=company,
        name=whole_name or email or f"contact {record.source_id}",
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone or mobile,
        job_title=fields.text(contact.jobtitle),
        country=found,
        external_ids=_external_ids(record),
    )
    yield from mergers(record, "contacts")
    source = Declared("contacts", record.source_id, record.updated_at)
    companies = [each for each in record.associations.of("companies") if each.source_id != company]
    yield from relationships(source, "companies", companies)
    for collection in ("contacts", "deals"):
        yield from relationships(source, collection, record.associations.of(collection))


def _company(record: Opened[_Contact]) -> str | None:
    """The label says which company is the primary one; the property repeats it."""
    companies = record.associations.of("companies")
    return primary(companies, "contact_to_company") or fields.text(
        record.properties.associatedcompanyid
    )


def _external_ids(record: Opened[_Contact]) -> JsonText:
    """Also the id that HubSpot's own exchange with Salesforce writes, `salesforcecontactid`."""
    found = declared("contacts", record.other_properties, system=SYSTEM)
    if "salesforce" in found:
        found["salesforce"] = ids.full(found["salesforce"])
    return fields.external_ids(found)


MAPPER: Final[Mapper] = deletable(Contact, _contact)
