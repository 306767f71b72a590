"""Stripe: lists of its API, of whoever pays by invoice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from generator.companies import Company, World, company, is_known_to
from generator.draws import Draws
from generator.exports import Collection, Export, Record, Source, customers_and_others
from generator.money import converted
from generator.sales import Line, Order, catalogue, orders
from generator.times import NOW, epoch

_SHARE: Final = 0.4
_OPEN: Final = frozenset({"open", "processing"})
_VOID: Final = frozenset({"cancelled", "refunded"})


def _customer_id(known: Company) -> str:
    return f"cus_Q{known.number:013d}"


def _known(world: World, number: int) -> Iterator[Company]:
    if is_known_to(world, "stripe", number, _SHARE):
        yield company(world, number)


def _customers(world: World, number: int) -> Iterator[Record]:
    """Some name the CRM's id, which whoever set the payment up had at hand."""
    for known in _known(world, number):
        draws = Draws(world.seed, "stripe", number)
        names_crm = number <= world.customers and draws.happens(0.3)
        yield {
            "id": _customer_id(known),
            "object": "customer",
            "address": {
                "city": known.place.city,
                "country": known.place.country,
                "line1": known.street,
                "line2": None,
                "postal_code": known.postal_code,
                "state": None,
            },
            "balance": 0,
            "created": epoch(known.since),
            "currency": known.place.currency.lower(),
            "delinquent": draws.happens(0.02),
            "description": None,
            "email": known.email if draws.happens(0.85) else f"billing@{known.domain}",
            "livemode": True,
            "metadata": {"crm_customer_id": known.crm_id} if names_crm else {},
            "name": known.legal_name,
            "phone": known.phone.replace(" ", "") if draws.happens(0.5) else None,
            "shipping": None,
            "tax_exempt": "none",
        }


def _products(_world: World) -> Iterator[Record]:
    for item in catalogue():
        yield {
            "id": f"prod_Q{item.number:04d}",
            "object": "product",
            "active": item.is_active,
            "created": epoch(item.changed_at),
            "default_price": f"price_1Q{item.number:04d}",
            "description": None,
            "livemode": True,
            "metadata": {"sku": item.item_no},
            "name": item.name,
            "type": "service",
            "unit_label": item.unit,
            "updated": epoch(item.changed_at),
        }


def _prices(_world: World) -> Iterator[Record]:
    for item in catalogue():
        yield {
            "id": f"price_1Q{item.number:04d}",
            "object": "price",
            "active": item.is_active,
            "billing_scheme": "per_unit",
            "created": epoch(item.changed_at),
            "currency": "eur",
            "livemode": True,
            "lookup_key": item.item_no,
            "metadata": {},
            "nickname": None,
            "product": f"prod_Q{item.number:04d}",
            "recurring": None,
            "type": "one_time",
            "unit_amount": converted(item.list_price, "EUR"),
            "unit_amount_decimal": str(converted(item.list_price, "EUR")),
        }


def _invoices(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        for order in orders(world, known, "stripe", most=1):
            yield _invoice(known, order)


def _invoice(known: Company, order: Order) -> Record:
    serial = f"{known.number:010d}{order.number:03d}"
    status = "open" if order.status in _OPEN else "void" if order.status in _VOID else "paid"
    paid = order.net + order.tax if status == "paid" else 0
    issued, total = epoch(order.ordered_at), order.net + order.tax
    paid_at = epoch(min(order.ordered_at + timedelta(days=20), NOW)) if paid else None
    return {
        "id": f"in_1Q{serial}",
        "object": "invoice",
        "amount_due": total,
        "amount_paid": paid,
        "amount_remaining": total - paid,
        "billing_reason": "manual",
        "collection_method": "send_invoice",
        "created": issued,
        "currency": order.currency.lower(),
        "customer": _customer_id(known),
        "customer_email": known.email,
        "customer_name": known.legal_name,
        "due_date": issued + 30 * 86_400,
        "effective_at": issued,
        "lines": {
            "object": "list",
            "url": f"/v1/invoices/in_1Q{serial}/lines",
            "has_more": False,
            "data": [_line(serial, order, line) for line in order.lines],
        },
        "livemode": True,
        "metadata": {},
        "number": f"QA-{serial}",
        "status": status,
        "status_transitions": {
            "finalized_at": issued, "marked_uncollectible_at": None, "paid_at": paid_at,
            "voided_at": None,
        },
        "subtotal": order.net,
        "total": total,
        "total_taxes": [{"amount": order.tax, "tax_behavior": "exclusive"}],
    }  # fmt: skip


def _line(serial: str, order: Order, line: Line) -> Record:
    return {
        "id": f"il_1Q{serial}{line.number}",
        "object": "line_item",
        "amount": line.net,
        "currency": order.currency.lower(),
        "description": line.item.name,
        "pricing": {
            "price_details": {
                "price": f"price_1Q{line.item.number:04d}",
                "product": f"prod_Q{line.item.number:04d}",
            },
            "type": "price_details",
            "unit_amount_decimal": str(line.unit_price),
        },
        "quantity": line.quantity,
    }


def _revise(_collection: str, record: Record, times: int) -> Record | None:
    """Nothing of Stripe's but products says when it changed: the file that comes last counts."""
    return record | {"balance": -100 * times} if record["object"] == "customer" else None


def _no_id(record: Record) -> None:
    del record["id"]


def _no_object(record: Record) -> None:
    record["object"] = "thing"


def _no_moment(record: Record) -> None:
    record["created"] = "yesterday"


def _file(name: str, collection: Collection) -> Export:
    return Export(
        f"billing-data/{name}",
        (collection,),
        before=f'{{"object":"list","url":"/v1/{name}","has_more":false,',
    )


SOURCE: Final = Source(
    name="stripe",
    exports=(
        _file("customers", Collection("data", of_customer=_customers)),
        _file("products", Collection("data", of_all=_products)),
        _file("prices", Collection("data", of_all=_prices)),
        _file("invoices", Collection("data", of_customer=_invoices)),
    ),
    numbers=customers_and_others,
    faults={"data": (_no_id, _no_object, _no_moment)},
    revise=_revise,
)
