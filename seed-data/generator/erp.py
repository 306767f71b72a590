"""The generic ERP: items, customers, orders with their lines, invoices."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generator.companies import Company, World, company, is_known_to
from generator.draws import Draws, weighted
from generator.exports import Collection, Export, Record, Source, customers_and_others
from generator.money import written
from generator.sales import Order, catalogue, orders
from generator.times import NOW, iso, recently

SHARE: Final = 0.6
_INVOICED: Final = frozenset({"shipped", "completed", "refunded"})
_ADDRESSES: Final = weighted({"same": 60, "upper": 25, "none": 15})


def _is_known(world: World, number: int) -> bool:
    return number > world.customers or is_known_to(world, "erp", number, SHARE)


def _items(_world: World) -> Iterator[Record]:
    for item in catalogue():
        yield {
            "item_no": item.item_no,
            "name": item.name,
            "category": item.category,
            "brand": item.brand,
            "unit": item.unit,
            "list_price": written(item.list_price, "EUR"),
            "currency": "EUR",
            "active": item.is_active,
            "changed_at": iso(item.changed_at),
        }


def _customers(world: World, number: int) -> Iterator[Record]:
    """Half of those that the CRM has too name its id; most have the same address in some case.

    Some have neither, nor a telephone number: those can only be found by their names.
    """
    if not _is_known(world, number):
        return
    known = company(world, number)
    draws = Draws(world.seed, "erp", number)
    address = draws.pick(_ADDRESSES)
    record = {
        "customer_no": known.customer_no,
        "company_name": known.legal_name,
        "email": {"same": known.email, "upper": known.email.upper()}.get(address),
        "telephone": None if address == "none" else known.phone,
        "industry": known.industry,
        "customer_group": known.segment.name,
        "vat_id": f"{known.place.country}{draws.between(10**8, 10**9 - 1)}",
        "street": known.street,
        "zip": known.postal_code,
        "city": known.place.city,
        "state": known.place.region,
        "country": known.place.country,
        "currency": known.place.currency,
        "credit_limit": str(draws.between(5, 200) * 1000),
        "payment_terms_days": draws.pick((14, 30, 60)),
        "blocked": draws.happens(0.03),
        "created_at": iso(known.since),
        "changed_at": iso(recently(draws)),
    }
    if number <= world.customers and draws.happens(0.5):
        record["crm_id"] = known.crm_id
    yield record


def _sales(world: World, number: int) -> Iterator[tuple[Company, Order]]:
    if _is_known(world, number):
        known = company(world, number)
        for order in orders(world, known, "erp", most=known.segment.orders * 3 // 2):
            yield known, order


def _orders(world: World, number: int) -> Iterator[Record]:
    for known, order in _sales(world, number):
        yield {
            "order_no": f"SO-{known.number:06d}-{order.number:02d}",
            "customer_no": known.customer_no,
            "order_date": iso(order.ordered_at),
            "status": order.status,
            "channel": order.channel,
            "currency": order.currency,
            "net": written(order.net, order.currency),
            "tax": written(order.tax, order.currency),
            "freight": written(order.freight, order.currency),
            "gross": written(order.total, order.currency),
            "changed_at": iso(order.changed_at),
            "lines": [
                {
                    "line_no": line.number,
                    "item_no": line.item.item_no,
                    "description": line.item.name,
                    "quantity": line.quantity,
                    "unit_price": written(line.unit_price, order.currency),
                    "net": written(line.net, order.currency),
                }
                for line in order.lines
            ],
        }


def _invoices(world: World, number: int) -> Iterator[Record]:
    for known, order in _sales(world, number):
        if order.status in _INVOICED:
            yield _invoice(world, known, order)


def _invoice(world: World, known: Company, order: Order) -> Record:
    draws = Draws(world.seed, "erp", "invoice", known.number, order.number)
    issued = order.ordered_at + timedelta(days=2)
    due = issued + timedelta(days=30)
    is_paid = draws.happens(0.9) and issued + timedelta(days=15) < NOW
    record = {
        "invoice_no": f"INV-{known.number:06d}-{order.number:02d}",
        "order_no": f"SO-{known.number:06d}-{order.number:02d}",
        "customer_no": known.customer_no,
        "invoice_date": issued.date().isoformat(),
        "due_date": due.date().isoformat(),
        "status": "paid" if is_paid else "overdue" if due < NOW else "open",
        "currency": order.currency,
        "net": written(order.net, order.currency),
        "tax": written(order.tax, order.currency),
        "gross": written(order.total, order.currency),
        "paid": written(order.total, order.currency) if is_paid else "0",
        "changed_at": iso(min(due, NOW)),
    }
    if is_paid:
        record["paid_at"] = iso(min(issued + timedelta(days=draws.between(3, 40)), NOW))
    return record


def _revise(collection: str, record: Record, times: int) -> Record | None:
    if collection not in {"customers", "items"}:
        return None
    changed = datetime.fromisoformat(record["changed_at"].removesuffix("Z"))
    value = {"industry": f"Sector {times}"} if collection == "customers" else {"brand": f"B{times}"}
    return record | value | {"changed_at": iso(changed + timedelta(minutes=times))}


def _bad_address(record: Record) -> None:
    record["email"] = "to be asked"


def _endless_currency(record: Record) -> None:
    record["currency"] = "EURO"


def _no_total(record: Record) -> None:
    del record["gross"]


def _no_day(record: Record) -> None:
    record["invoice_date"] = "2026-02-30"


SOURCE: Final = Source(
    name="erp",
    exports=(
        Export(
            "erp-data/master-data",
            (Collection("items", of_all=_items), Collection("customers", of_customer=_customers)),
        ),
        Export(
            "erp-data/sales-data",
            (
                Collection("orders", of_customer=_orders),
                Collection("invoices", of_customer=_invoices),
            ),
        ),
    ),
    numbers=customers_and_others,
    faults={
        "items": (_endless_currency,),
        "customers": (_bad_address, _endless_currency),
        "orders": (_endless_currency, _no_total),
        "invoices": (_no_day, _no_total),
    },
    revise=_revise,
)
