"""Many orders by chance, the same every time.

Refunds are quarters of a total of whole amounts, so that no part of one has to be rounded.
"""

import random
from datetime import UTC, date, datetime, timedelta

from tests.integration.analytics.order_book import Book, Customer, Line, Order, Product

FIRST_SALE = date(2019, 12, 20)
STATUSES = ["open", "processing", "shipped", "completed", "refunded", "draft", "cancelled", None]


def _book(seed: int) -> Book:
    chance = random.Random(seed)
    customers = [_customer(chance, number) for number in range(30)]
    # every third person is known to the ERP too, which knows nothing but the address
    customers += [Customer("erp", f"E{each.id}", each.name, each.email) for each in customers[::3]]
    products = [
        Product(
            system, f"{system}{number}", f"Product {system} {number}",
            chance.choice(["Tools", "Toys", None]), chance.choice(["Zed", "Yam", None]),
        )
        for system in ("crm", "erp") for number in range(6)
    ]  # fmt: skip
    orders = [_order(chance, customers, number) for number in range(600)]
    lines = [line for order in orders for line in _lines(chance, order, products)]
    return Book(customers=customers, products=products, orders=orders, lines=lines)


def _customer(chance: random.Random, number: int) -> Customer:
    return Customer(
        "crm", f"C{number}", f"Person {number}", f"p{number}@person{number}.test",
        chance.choice(["Mining", "Retail", None]), chance.choice(["smb", "enterprise"]),
        chance.choice(["DE", "US", "SE", None]),
    )  # fmt: skip


def _order(chance: random.Random, customers: list[Customer], number: int) -> Order:
    buyer = chance.choice(customers)
    # in steps of an hour around a day's end, so that leap days and turns of the year are hit
    days = [FIRST_SALE, date(2020, 2, 29), date(2020, 12, 31), date(2021, 1, 1), date(2021, 2, 28)]
    day = chance.choice(days) if number % 6 == 0 else FIRST_SALE + timedelta(chance.randrange(460))
    time = datetime(day.year, day.month, day.day, chance.randrange(24), 59, 59, tzinfo=UTC)
    total = 4_00 * chance.randrange(1, 40)
    status = chance.choice(STATUSES)
    return Order(
        buyer.system, f"O{number}", buyer.id if number % 20 else "nobody", status,
        time.isoformat(), total, chance.choice([None, None, 0, total // 4, total]),
        chance.choice(["web", "store", None]), chance.choice(["EUR", "EUR", "EUR", "USD"]),
        "2021-04-01" if number % 25 == 1 else None,
    )  # fmt: skip


def _lines(chance: random.Random, order: Order, products: list[Product]) -> list[Line]:
    own = [product for product in products if product.system == order.system]
    return [
        Line(
            order.system, order.id, chance.choice(own).id if chance.random() < 0.9 else "gone",
            chance.randrange(1, 5), 4_00 * chance.randrange(1, 9), order.currency,
        )
        for _ in range(chance.randrange(4))
    ]  # fmt: skip


BOOK = _book(20200229)
