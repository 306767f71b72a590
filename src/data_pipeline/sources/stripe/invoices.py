"""Stripe's Invoice, as it is and as it was before API version 2025-03-31.basil.

https://docs.stripe.com/api/invoices/object,
https://docs.stripe.com/changelog/basil#2025-03-31.basil.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct

from data_pipeline.canonical.entities import Invoice, Relationship
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import RecordDecoder, keep
from data_pipeline.sources.source import Origin, Outcome
from data_pipeline.sources.stripe import values
from data_pipeline.sources.stripe.values import SYSTEM, Reference, Timestamp

_STATUSES: Final = fields.words("draft", "open", "paid", "uncollectible", "void")


class _Transitions(Struct, gc=False):
    finalized_at: Timestamp | None = None
    paid_at: Timestamp | None = None


class _Tax(Struct, gc=False):
    amount: int


class _PriceDetails(Struct, gc=False):
    price: Reference = None
    product: Reference = None


class _Pricing(Struct, gc=False):
    price_details: _PriceDetails | None = None


class _Line(Struct, gc=False):
    """`pricing` since basil, `price` before it."""

    pricing: _Pricing | None = None
    price: Reference = None


class _Lines(Struct, gc=False):
    data: list[_Line] = []


class _Payment(Struct, gc=False):
    charge: Reference = None


class _InvoicePayment(Struct, gc=False):
    payment: _Payment | None = None


class _Payments(Struct, gc=False):
    data: list[_InvoicePayment] = []


class _Invoice(Struct, kw_only=True, gc=False):
    """`charge`, `tax` and `total_tax_amounts` are from before basil."""

    id: Id
    number: Text | None = None
    created: Timestamp | None = None
    effective_at: Timestamp | None = None
    due_date: Timestamp | None = None
    status_transitions: _Transitions | None = None
    customer: Reference = None
    status: str | None = None
    currency: str
    subtotal: int | None = None
    total: int | None = None
    amount_paid: int | None = None
    total_taxes: list[_Tax] | None = None
    total_tax_amounts: list[_Tax] | None = None
    tax: int | None = None
    lines: _Lines | None = None
    payments: _Payments | None = None
    charge: Reference = None


_INVOICE: Final = RecordDecoder(
    _Invoice,
    kept=("effective_at", "due_date", "status_transitions", "total_taxes", "total_tax_amounts",
          "lines", "payments"),
)  # fmt: skip


def invoice(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """An invoice, the products on its lines, and the charges that pay it as far as it says."""
    record, attributes = _INVOICE.decode_all(raw)
    currency = values.required_currency("currency", record.currency)
    source_id = fields.identifier(record.id)
    transitions = record.status_transitions or _Transitions()
    expanded = values.expanded(customer=record.customer, charge=record.charge)
    yield Invoice(
        source_id=source_id,
        source_created_at=values.moment(record.created),
        source_updated_at=origin.as_of,
        attributes=keep(attributes, raw, expanded),
        customer_source_id=values.reference(record.customer),
        invoice_number=fields.text(record.number),
        status=fields.choice("status", record.status, _STATUSES),
        issued_on=_day(record.effective_at or transitions.finalized_at or record.created),
        due_on=_day(record.due_date),
        paid_at=values.moment(transitions.paid_at),
        currency=currency,
        subtotal=values.amount("subtotal", record.subtotal, currency),
        tax=_tax(record, currency),
        total=values.amount("total", record.total, currency),
        amount_paid=values.amount("amount_paid", record.amount_paid, currency),
    )
    for product_id in dict.fromkeys(_sold(record.lines)):
        yield _bills(source_id, product_id, origin)
    for charge_id in dict.fromkeys(_charges(record)):
        yield pays(charge_id, source_id, origin)


def pays(charge_id: str, invoice_id: str, origin: Origin) -> Relationship:
    """The same money as an order (the charge) and as an invoice: never to be added up."""
    edge = Edge("pays", End("orders", charge_id), End("invoices", invoice_id))
    return relationship(SYSTEM, edge, origin.as_of)


def _bills(invoice_id: str, product_id: str, origin: Origin) -> Relationship:
    edge = Edge("bills", End("invoices", invoice_id), End("products", product_id))
    return relationship(SYSTEM, edge, origin.as_of)


def _sold(lines: _Lines | None) -> Iterator[str]:
    """The price of each line, else its product."""
    for line in lines.data if lines else []:
        details = line.pricing.price_details if line.pricing else None
        named = (line.price, details.price, details.product) if details else (line.price,)
        yield from _first(map(values.reference, named))


def _charges(record: _Invoice) -> Iterator[str]:
    payments = record.payments.data if record.payments else []
    named = (each.payment.charge if each.payment else None for each in payments)
    return filter(None, map(values.reference, (record.charge, *named)))


def _first(ids: Iterable[str | None]) -> list[str]:
    return list(filter(None, ids))[:1]


def _tax(record: _Invoice, currency: str) -> Decimal | None:
    for name, taxes in (
        ("total_taxes", record.total_taxes),
        ("total_tax_amounts", record.total_tax_amounts),
    ):
        if taxes is not None:
            return values.amount(name, sum(tax.amount for tax in taxes), currency)
    return values.amount("tax", record.tax, currency)


def _day(seconds: int | None) -> date | None:
    moment = values.moment(seconds)
    return moment.date() if moment else None
