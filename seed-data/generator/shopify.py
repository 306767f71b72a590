"""Shopify: what its REST Admin API answers with, of a shop that sells in euros."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generator.companies import Company, Person, World, buyer, company, is_known_to
from generator.draws import Draws
from generator.exports import Collection, Export, Record, Source, customers_and_others
from generator.money import written
from generator.sales import Item, Line, Order, catalogue, orders
from generator.times import recently

_SHARE: Final = 0.3
_CURRENCY: Final = "EUR"
_CUSTOMERS: Final = 706_405_500_000_000_000
_ADDRESSES: Final = 715_243_400_000_000_000
_ORDERS: Final = 820_982_900_000_000_000
_LINES: Final = 487_817_600_000_000_000
_PRODUCTS: Final = 632_910_000
_VARIANTS: Final = 808_950_000
_FINANCIAL: Final = {"open": "pending", "cancelled": "voided", "refunded": "refunded"}
_FULFILLED: Final = frozenset({"shipped", "completed", "refunded"})


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat()}+00:00"


def _gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def _known(world: World, number: int) -> Iterator[Company]:
    if is_known_to(world, "shopify", number, _SHARE):
        yield company(world, number)


def _email(world: World, known: Company, person: Person) -> str:
    """Most have an account in the name of their company, the others in their own."""
    draws = Draws(world.seed, "shopify", "email", known.number)
    return known.email if draws.happens(0.8) else person.email


def _orders_of(world: World, known: Company) -> list[Order]:
    return list(orders(world, known, "shopify", most=1, currency=_CURRENCY))


def _customers(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        draws = Draws(world.seed, "shopify", number)
        person = buyer(world, known)
        bought = _orders_of(world, known)
        yield {
            "id": _CUSTOMERS + number,
            "email": _email(world, known, person),
            "created_at": _stamp(known.since),
            "updated_at": _stamp(recently(draws)),
            "first_name": person.first_name,
            "last_name": person.last_name,
            "orders_count": len(bought),
            "state": draws.pick(("enabled", "disabled")),
            "total_spent": written(sum(order.total for order in bought), _CURRENCY),
            "note": None,
            "verified_email": True,
            "tax_exempt": False,
            "tags": "b2b",
            "currency": _CURRENCY,
            "phone": known.phone.replace(" ", "") if draws.happens(0.7) else None,
            "admin_graphql_api_id": _gid("Customer", _CUSTOMERS + number),
            "default_address": {
                "id": _ADDRESSES + number,
                "customer_id": _CUSTOMERS + number,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "company": known.legal_name,
                "address1": known.street,
                "address2": "",
                "city": known.place.city,
                "province": None,
                "country": known.place.country_name,
                "zip": known.postal_code,
                "phone": None,
                "name": f"{person.first_name} {person.last_name}",
                "province_code": None,
                "country_code": known.place.country,
                "default": True,
            },
        }


def _products(_world: World) -> Iterator[Record]:
    yield from (_product(item) for item in catalogue() if item.category != "Services")


def _product(item: Item) -> Record:
    number = _PRODUCTS + item.number
    stamp = _stamp(item.changed_at)
    return {
        "id": number,
        "title": item.name,
        "body_html": None,
        "vendor": item.brand,
        "product_type": item.category,
        "created_at": stamp,
        "updated_at": stamp,
        "published_at": stamp,
        "handle": item.name.lower().replace(" ", "-"),
        "tags": "",
        "status": "active" if item.is_active else "archived",
        "admin_graphql_api_id": _gid("Product", number),
        "variants": [
            {
                "id": _VARIANTS + item.number,
                "product_id": number,
                "title": "Default Title",
                "price": written(item.list_price, _CURRENCY),
                "position": 1,
                "compare_at_price": None,
                "created_at": stamp,
                "updated_at": stamp,
                "taxable": True,
                "sku": item.item_no,
                "inventory_item_id": _VARIANTS + item.number,
                "inventory_quantity": 100,
                "presentment_prices": [
                    {"price": {"amount": written(item.list_price, _CURRENCY),
                               "currency_code": _CURRENCY}, "compare_at_price": None}
                ],
                "admin_graphql_api_id": _gid("ProductVariant", _VARIANTS + item.number),
            }
        ],
    }  # fmt: skip


def _orders(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        for order in _orders_of(world, known):
            yield _order(world, known, order)


def _order(world: World, known: Company, order: Order) -> Record:
    number = _ORDERS + known.number * 10 + order.number
    is_cancelled = order.status == "cancelled"
    email = _email(world, known, buyer(world, known))
    return {
        "id": number,
        "admin_graphql_api_id": _gid("Order", number),
        "name": f"#{known.number * 10 + order.number}",
        "order_number": known.number * 10 + order.number,
        "created_at": _stamp(order.ordered_at),
        "processed_at": _stamp(order.ordered_at),
        "updated_at": _stamp(order.changed_at),
        "closed_at": _stamp(order.changed_at) if order.status == "completed" else None,
        "cancelled_at": _stamp(order.changed_at) if is_cancelled else None,
        "cancel_reason": "customer" if is_cancelled else None,
        "currency": _CURRENCY,
        "presentment_currency": _CURRENCY,
        "financial_status": _FINANCIAL.get(order.status, "paid"),
        "fulfillment_status": "fulfilled" if order.status in _FULFILLED else None,
        "email": email,
        "source_name": order.channel,
        "test": False,
        "taxes_included": False,
        "subtotal_price": written(order.net, _CURRENCY),
        "total_line_items_price": written(order.net, _CURRENCY),
        "total_discounts": "0.00",
        "total_tax": written(order.tax, _CURRENCY),
        "total_price": written(order.total, _CURRENCY),
        "total_shipping_price_set": {"shop_money": {
            "amount": written(order.freight, _CURRENCY), "currency_code": _CURRENCY
        }},
        "customer": {"id": _CUSTOMERS + known.number, "email": email},
        "line_items": [_line(number, line) for line in order.lines],
        "refunds": [],
    }  # fmt: skip


def _line(order: int, line: Line) -> Record:
    number = _LINES + (order - _ORDERS) * 10 + line.number
    return {
        "id": number,
        "admin_graphql_api_id": _gid("LineItem", number),
        "name": line.item.name,
        "title": line.item.name,
        "variant_title": None,
        "price": written(line.unit_price, _CURRENCY),
        "quantity": line.quantity,
        "current_quantity": line.quantity,
        "product_exists": True,
        "product_id": _PRODUCTS + line.item.number,
        "variant_id": _VARIANTS + line.item.number,
        "sku": line.item.item_no,
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": [
            {"price": written(line.net * 19 // 100, _CURRENCY), "rate": 0.19, "title": "VAT"}
        ],
    }


def _revise(collection: str, record: Record, times: int) -> Record | None:
    if collection != "customers":
        return None
    changed = datetime.fromisoformat(record["updated_at"]) + timedelta(minutes=times)
    return record | {"tags": f"b2b, wave {times}", "updated_at": changed.isoformat()}


def _no_address(record: Record) -> None:
    record["email"] = "to be asked"


def _no_id(record: Record) -> None:
    record["id"] = None


def _no_day(record: Record) -> None:
    record["updated_at"] = "2026-02-30T00:00:00+00:00"


SOURCE: Final = Source(
    name="shopify",
    exports=(
        Export("shop-data/customers", (Collection("customers", of_customer=_customers),)),
        Export("shop-data/products", (Collection("products", of_all=_products),)),
        Export("shop-data/orders", (Collection("orders", of_customer=_orders),)),
    ),
    numbers=customers_and_others,
    faults={
        "customers": (_no_address, _no_id, _no_day),
        "products": (_no_id, _no_day),
        "orders": (_no_id, _no_day),
    },
    revise=_revise,
)
