"""Companies: customers.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/companies/guide
"""

from collections.abc import Iterator
from typing import Final

from data_pipeline.canonical.entities import Customer, JsonText
from data_pipeline.sources import fields
from data_pipeline.sources.countries import country
from data_pipeline.sources.declared_ids import declared
from data_pipeline.sources.fields import Text
from data_pipeline.sources.hubspot import values
from data_pipeline.sources.hubspot.associations import SYSTEM, Declared, relationships
from data_pipeline.sources.hubspot.records import Opened, Opener, Properties, deletable, mergers
from data_pipeline.sources.salesforce import ids
from data_pipeline.sources.source import Mapper, Origin, Outcome

# As HubSpot ships the stages; those that an organisation makes are numbers and stay attributes.
# https://knowledge.hubspot.com/records/use-lifecycle-stages
_STATUS_OF_STAGE: Final = {
    "subscriber": "lead",
    "lead": "lead",
    "marketingqualifiedlead": "lead",
    "salesqualifiedlead": "prospect",
    "opportunity": "prospect",
    "customer": "active",
    "evangelist": "active",
}

_ASSOCIATED: Final = ("companies", "contacts", "deals")


class _Company(Properties, kw_only=True, gc=False):
    name: Text | None = None
    domain: Text | None = None
    website: Text | None = None
    phone: Text | None = None
    industry: Text | None = None
    lifecyclestage: Text | None = None
    address: Text | None = None
    address2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip: Text | None = None
    country: Text | None = None
    hs_country_code: Text | None = None
    numberofemployees: Text | None = None
    annualrevenue: Text | None = None


_OPENER: Final = Opener(
    "companies", _Company, kept=("lifecyclestage", "domain"), associated=_ASSOCIATED
)


def _company(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record = _OPENER.open(raw, origin)
    company = record.properties
    revenue = values.number("properties.annualrevenue", company.annualrevenue)
    currency = origin.default_currency
    found = country(company.hs_country_code, company.country)
    unsaid = ["annualrevenue"] if revenue is not None and currency is None else []
    unsaid += ["country", "hs_country_code"] if found is None else []
    street = filter(None, (fields.text(company.address), fields.text(company.address2)))
    domain = fields.text(company.domain)
    yield Customer(
        source_id=record.source_id,
        source_created_at=record.created_at,
        source_updated_at=record.updated_at,
        attributes=record.attributes(unsaid),
        customer_type="company",
        name=fields.text(company.name) or domain or f"company {record.source_id}",
        phone=fields.text(company.phone),
        website=fields.text(company.website) or domain,
        industry=fields.text(company.industry),
        status=_STATUS_OF_STAGE.get((company.lifecyclestage or "").strip().lower()),
        street="\n".join(street) or None,
        city=fields.text(company.city),
        region=fields.text(company.state),
        postal_code=fields.text(company.zip),
        country=found,
        employee_count=values.count("properties.numberofemployees", company.numberofemployees),
        annual_revenue=revenue if currency else None,
        annual_revenue_currency=currency if revenue is not None else None,
        external_ids=_external_ids(record),
    )
    yield from mergers(record, "customers")
    source = Declared("companies", record.source_id, record.updated_at)
    for collection in _ASSOCIATED:
        yield from relationships(source, collection, record.associations.of(collection))


def _external_ids(record: Opened[_Company]) -> JsonText:
    """Also the id that HubSpot's own exchange with Salesforce writes, `salesforceaccountid`."""
    found = declared("customers", record.other_properties, system=SYSTEM)
    if "salesforce" in found:
        found["salesforce"] = ids.full(found["salesforce"])
    return fields.external_ids(found)


MAPPER: Final[Mapper] = deletable(Customer, _company)
