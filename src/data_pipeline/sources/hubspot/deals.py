"""Deals: opportunities.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from data_pipeline.canonical.entities import Opportunity
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Text
from data_pipeline.sources.hubspot import values
from data_pipeline.sources.hubspot.associations import Declared, primary, relationships
from data_pipeline.sources.hubspot.records import Opener, Properties, deletable, mergers
from data_pipeline.sources.source import Mapper, Origin, Outcome

# The pipeline that HubSpot ships. Stages that an organisation makes are numbers, whose names and
# meaning are in its pipelines alone.
# https://knowledge.hubspot.com/object-settings/set-up-and-customize-pipelines
_STATUS_OF_STAGE: Final = {
    "appointmentscheduled": "open",
    "qualifiedtobuy": "open",
    "presentationscheduled": "open",
    "decisionmakerboughtin": "open",
    "contractsent": "open",
    "closedwon": "won",
    "closedlost": "lost",
}


class _Deal(Properties, kw_only=True, gc=False):
    dealname: Text | None = None
    dealstage: Text | None = None
    hs_is_closed: Text | None = None
    hs_is_closed_won: Text | None = None
    hs_deal_stage_probability: Text | None = None
    amount: Text | None = None
    deal_currency_code: Text | None = None
    closedate: Text | None = None
    hs_analytics_source: Text | None = None


_OPENER: Final = Opener("deals", _Deal, associated=("companies", "contacts", "deals"))


def _deal(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record = _OPENER.open(raw, origin)
    deal = record.properties
    amount = values.number("properties.amount", deal.amount)
    code = fields.currency("properties.deal_currency_code", deal.deal_currency_code)
    currency = code or origin.default_currency
    probability = _probability(deal)
    status = _status(deal, probability)
    closes_at = values.moment("properties.closedate", deal.closedate)
    companies, contacts = record.associations.of("companies"), record.associations.of("contacts")
    company = primary(companies, "deal_to_company")
    yield Opportunity(
        source_id=record.source_id,
        source_created_at=record.created_at,
        source_updated_at=record.updated_at,
        attributes=record.attributes(["amount"] if amount is not None and not currency else []),
        customer_source_id=company,
        contact_source_id=contacts[0].source_id if contacts else None,
        name=fields.text(deal.dealname) or f"deal {record.source_id}",
        stage=fields.text(deal.dealstage),
        status=status,
        amount=amount if currency else None,
        currency=currency,
        probability=fields.percentage("properties.hs_deal_stage_probability", probability),
        expected_close_date=closes_at.date() if closes_at else None,
        closed_at=closes_at if status in ("won", "lost") else None,
        lead_source=fields.text(deal.hs_analytics_source),
    )
    yield from mergers(record, "opportunities")
    source = Declared("deals", record.source_id, record.updated_at)
    others = [each for each in companies if each.source_id != company]
    yield from relationships(source, "companies", others)
    yield from relationships(source, "contacts", contacts[1:])
    yield from relationships(source, "deals", record.associations.of("deals"))


def _probability(deal: _Deal) -> Decimal | None:
    """In percent: HubSpot writes a share in the 55 digits that a binary number has."""
    share = values.number("properties.hs_deal_stage_probability", deal.hs_deal_stage_probability)
    return None if share is None else round(share * 100, 4).normalize() + 0


def _status(deal: _Deal, probability: Decimal | None) -> str | None:
    """Of a deal whose own answer was not requested, its stage says it, or how likely it is."""
    if values.flag("properties.hs_is_closed_won", deal.hs_is_closed_won):
        return "won"
    closed = values.flag("properties.hs_is_closed", deal.hs_is_closed)
    if closed is not None:
        return "lost" if closed else "open"
    known = _STATUS_OF_STAGE.get((deal.dealstage or "").strip().lower())
    if known or probability is None:
        return known
    if probability == 100:
        return "won"
    return "open" if probability else "lost"


MAPPER: Final[Mapper] = deletable(Opportunity, _deal)
