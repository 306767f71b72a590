"""Opportunity: opportunities.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunity.htm
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Opportunity
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Name, Text
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.salesforce import ids
from data_pipeline.sources.salesforce.records import Id, Record, deletable
from data_pipeline.sources.source import Mapper, Origin, Outcome

# As Salesforce ships them: what a record says of itself where a query left IsClosed and IsWon out.
_STATUS_OF_STAGE: Final = {
    "Prospecting": "open",
    "Qualification": "open",
    "Needs Analysis": "open",
    "Value Proposition": "open",
    "Id. Decision Makers": "open",
    "Perception Analysis": "open",
    "Proposal/Price Quote": "open",
    "Negotiation/Review": "open",
    "Closed Won": "won",
    "Closed Lost": "lost",
}


class _Owner(Struct, gc=False, rename="pascal"):
    name: Text | None = None


class _Opportunity(Record, kw_only=True, gc=False):
    name: Name
    account_id: Id | None = None
    contact_id: Id | None = None
    stage_name: Text | None = None
    is_closed: bool | None = None
    is_won: bool | None = None
    amount: Decimal | None = None
    probability: Decimal | None = None
    close_date: date | None = None
    owner: _Owner | None = None
    lead_source: Text | None = None


# Its owner has an id and an address too.
_OPPORTUNITY: Final = RecordDecoder(_Opportunity, kept=("Owner",))


def _opportunity(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _OPPORTUNITY.decode_all(raw)
    currency = record.currency(origin)
    amount = fields.computed("Amount", record.amount)
    stage = fields.text(record.stage_name)
    status = _status(record, stage)
    account_id = ids.optional("AccountId", record.account_id)
    unsaid = ["Amount"] if amount is not None and currency is None else []
    yield Opportunity(
        source_id=ids.required("Id", record.id),
        source_created_at=fields.instant(record.created_date),
        source_updated_at=record.updated_at(origin),
        attributes=keep(attributes, raw, unsaid),
        customer_source_id=account_id or origin.parent_source_id,
        contact_source_id=ids.optional("ContactId", record.contact_id),
        name=fields.required_text("Name", record.name),
        stage=stage,
        status=status,
        amount=amount if currency else None,
        currency=currency,
        probability=fields.percentage("Probability", record.probability),
        expected_close_date=record.close_date,
        closed_at=_beginning(record.close_date) if status in ("won", "lost") else None,
        owner_name=fields.text(record.owner.name) if record.owner else None,
        lead_source=fields.text(record.lead_source),
    )


def _status(record: _Opportunity, stage: str | None) -> str | None:
    if record.is_won:
        return "won"
    if record.is_closed is None:
        return _STATUS_OF_STAGE.get(stage or "")
    return "lost" if record.is_closed else "open"


def _beginning(day: date | None) -> datetime | None:
    """Of the day, in UTC: Salesforce keeps no time of closing."""
    return datetime.combine(day, time(), UTC) if day else None


MAPPER: Final[Mapper] = deletable(Opportunity, "opportunities", _opportunity)
