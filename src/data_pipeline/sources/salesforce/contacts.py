"""Contact: contacts.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Raw

from data_pipeline.canonical.entities import Contact
from data_pipeline.sources import fields
from data_pipeline.sources.declared_ids import external_ids
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Email, Text
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, keep
from data_pipeline.sources.salesforce import ids
from data_pipeline.sources.salesforce.addresses import Compound, address
from data_pipeline.sources.salesforce.records import ABSENT, SYSTEM, Id, Record, deletable
from data_pipeline.sources.source import Mapper, Origin, Outcome


class _Contact(Record, kw_only=True, gc=False):
    account_id: Id | None = None
    name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Email | None = None
    phone: Text | None = None
    mobile_phone: Text | None = None
    title: Text | None = None
    department: Text | None = None
    mailing_country: Text | None = None
    mailing_country_code: Text | None = None
    mailing_address: Raw = ABSENT
    reports_to_id: Id | None = None


# Of the address a contact has the country alone, and no amounts.
_CONTACT: Final = RecordDecoder(_Contact, kept=("MailingAddress", "CurrencyIsoCode"))


def _contact(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _CONTACT.decode_all(raw)
    source_id, updated_at = ids.required("Id", record.id), record.updated_at(origin)
    first_name, last_name = fields.text(record.first_name), fields.text(record.last_name)
    phone, mobile = fields.text(record.phone), fields.text(record.mobile_phone)
    flat = Compound(country=record.mailing_country, country_code=record.mailing_country_code)
    mailing = address("Mailing", flat, record.mailing_address)
    unsaid = ["MobilePhone"] if phone and mobile else []
    yield Contact(
        source_id=source_id,
        source_created_at=fields.instant(record.created_date),
        source_updated_at=updated_at,
        attributes=keep(attributes, raw, mailing.kept + unsaid),
        customer_source_id=ids.optional("AccountId", record.account_id) or origin.parent_source_id,
        name=_name(record.name, first_name, last_name),
        first_name=first_name,
        last_name=last_name,
        email=fields.text(record.email),
        phone=phone or mobile,
        job_title=fields.text(record.title),
        department=fields.text(record.department),
        country=mailing.country,
        external_ids=external_ids("contacts", attributes, system=SYSTEM),
    )
    manager = ids.optional("ReportsToId", record.reports_to_id)
    if manager is not None:
        edge = Edge("reports_to", End("contacts", source_id), End("contacts", manager))
        key = f"reports_to:{source_id}"
        yield relationship(SYSTEM, edge, updated_at, source_id=key)


def _name(whole: str | None, first_name: str | None, last_name: str | None) -> str:
    name = fields.text(whole) or " ".join(filter(None, (first_name, last_name)))
    if not name:
        raise InvalidRecord("required", "Name", "Expected Name or LastName")
    return name


MAPPER: Final[Mapper] = deletable(Contact, "contacts", _contact)
