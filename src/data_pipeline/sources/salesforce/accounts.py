"""Account: customers. With the contacts, opportunities and orders that a query selects with it.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Raw

from data_pipeline.canonical.entities import Customer
from data_pipeline.sources import fields
from data_pipeline.sources.declared_ids import external_ids
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Count, Email, Name, Text
from data_pipeline.sources.records import RecordDecoder, join_attributes, keep
from data_pipeline.sources.salesforce import contacts, ids, opportunities, orders, subqueries
from data_pipeline.sources.salesforce.addresses import Compound, address
from data_pipeline.sources.salesforce.records import ABSENT, SYSTEM, Id, Record, deletable
from data_pipeline.sources.source import Mapper, Origin, Outcome

# The type is a list that each organisation changes; its first word is what most leave.
_STATUS_OF_TYPE: Final = {"prospect": "prospect", "customer": "active"}


class _Account(Record, kw_only=True, gc=False):
    name: Name
    is_person_account: bool = False
    person_email: Email | None = None
    type: Text | None = None
    parent_id: Id | None = None
    billing_street: Text | None = None
    billing_city: Text | None = None
    billing_state: Text | None = None
    billing_state_code: Text | None = None
    billing_postal_code: Text | None = None
    billing_country: Text | None = None
    billing_country_code: Text | None = None
    billing_address: Raw = ABSENT
    phone: Text | None = None
    website: Text | None = None
    industry: Text | None = None
    annual_revenue: Decimal | None = None
    number_of_employees: Count | None = None
    contacts: Raw = ABSENT
    opportunities: Raw = ABSENT
    orders: Raw = ABSENT
    child_accounts: Raw = ABSENT


_ACCOUNT: Final = RecordDecoder(_Account, kept=("Type", "CurrencyIsoCode"))


def _account(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _ACCOUNT.decode_all(raw)
    source_id, updated_at = ids.required("Id", record.id), record.updated_at(origin)
    billing = address("Billing", _flat(record), record.billing_address)
    currency = record.currency(origin)
    revenue = fields.computed("AnnualRevenue", record.annual_revenue)
    children = _children(record)
    unsaid = ["AnnualRevenue"] if revenue is not None and currency is None else []
    declared = external_ids("customers", attributes, system=SYSTEM)
    attributes = join_attributes(attributes, "BillingAddress", billing.rest)
    attributes = keep(attributes, raw, billing.kept + unsaid)
    yield Customer(
        source_id=source_id,
        source_created_at=fields.instant(record.created_date),
        source_updated_at=updated_at,
        attributes=subqueries.with_pages(attributes, children),
        customer_type="person" if record.is_person_account else "company",
        name=fields.required_text("Name", record.name),
        email=fields.text(record.person_email),
        phone=fields.text(record.phone),
        website=fields.text(record.website),
        industry=fields.text(record.industry),
        status=_status(record.type),
        street=billing.street,
        city=billing.city,
        region=billing.region,
        postal_code=billing.postal_code,
        country=billing.country,
        employee_count=record.number_of_employees,
        annual_revenue=revenue if currency else None,
        annual_revenue_currency=currency if revenue is not None else None,
        external_ids=declared,
    )
    yield from _parent(record, source_id, origin)
    yield from subqueries.outcomes(children, origin.of(source_id, updated_at))


def _flat(record: _Account) -> Compound:
    return Compound(
        street=record.billing_street,
        city=record.billing_city,
        state=record.billing_state,
        state_code=record.billing_state_code,
        postal_code=record.billing_postal_code,
        country=record.billing_country,
        country_code=record.billing_country_code,
    )


def _status(kind: str | None) -> str | None:
    words = (kind or "").split(maxsplit=1)
    return _STATUS_OF_TYPE.get(words[0].lower()) if words else None


def _parent(record: _Account, source_id: str, origin: Origin) -> Iterator[Outcome]:
    """An account has one parent at most, so the child names the edge."""
    parent = ids.optional("ParentId", record.parent_id) or origin.parent_source_id
    if parent is None:
        return
    edge = Edge("parent_of", End("customers", parent), End("customers", source_id))
    key = f"parent_of:{source_id}"
    yield relationship(SYSTEM, edge, record.updated_at(origin), source_id=key)


def _children(record: _Account) -> list[subqueries.Subquery]:
    return [
        subqueries.subquery("Contacts", record.contacts, "Contact", contacts.MAPPER),
        subqueries.subquery(
            "Opportunities", record.opportunities, "Opportunity", opportunities.MAPPER
        ),
        subqueries.subquery("Orders", record.orders, "Order", orders.MAPPER),
        subqueries.subquery("ChildAccounts", record.child_accounts, "Account", MAPPER),
    ]


MAPPER: Final[Mapper] = deletable(Customer, "customers", _account)
