"""Stripe's Charge, a purchase that was paid for: https://docs.stripe.com/api/charges/object."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Order
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Id
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.source import Origin, Outcome
from data_pipeline.sources.stripe import values
from data_pipeline.sources.stripe.invoices import pays
from data_pipeline.sources.stripe.values import Reference, Timestamp

_STATUSES: Final = fields.words("succeeded", "pending", "failed")


class _Charge(Struct, kw_only=True, gc=False):
    """`invoice` is from before API version 2025-03-31.basil."""

    id: Id
    created: Timestamp
    customer: Reference = None
    invoice: Reference = None
    status: str
    captured: bool | None = None
    refunded: bool | None = None
    currency: str
    amount: int
    amount_refunded: int | None = None


_CHARGE: Final = RecordDecoder(_Charge, kept=("status", "captured", "refunded"))


def charge(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """An order whose total is what was charged, whatever was given back of it."""
    record, attributes = _CHARGE.decode_all(raw)
    currency = values.required_currency("currency", record.currency)
    source_id = fields.identifier(record.id)
    created = values.moment(record.created)
    expanded = values.expanded(customer=record.customer, invoice=record.invoice)
    yield Order(
        source_id=source_id,
        source_created_at=created,
        source_updated_at=origin.as_of,
        attributes=keep(attributes, raw, expanded),
        customer_source_id=values.reference(record.customer),
        status=_status(record),
        ordered_at=created,
        currency=currency,
        total=values.amount("amount", record.amount, currency),
        refunded=values.amount("amount_refunded", record.amount_refunded, currency),
    )
    invoice_id = values.reference(record.invoice)
    if invoice_id is not None:
        yield pays(source_id, invoice_id, origin)


def _status(record: _Charge) -> str:
    status = fields.required_choice("status", record.status, _STATUSES)
    if status == "failed":
        return "cancelled"
    if status == "pending":
        return "open"
    if record.refunded:
        return "refunded"
    return "processing" if record.captured is False else "completed"
