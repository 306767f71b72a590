"""What is sold, and what customers ordered of it, whichever system tells it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from generator import vocabulary
from generator.companies import Company, World
from generator.draws import Draws, weighted
from generator.money import converted
from generator.times import NOW, order_time, recently

_UNITS: Final = {"Services": "day", "Software": "year"}
_RECENT: Final = timedelta(days=21)
_STATUSES_OF_RECENT: Final = weighted({"open": 40, "processing": 35, "shipped": 25})
_STATUSES_OF_OLD: Final = weighted({"completed": 91, "cancelled": 6, "refunded": 3})
_CHANNELS: Final = weighted({"web": 45, "sales": 30, "phone": 10, "partner": 15})


class Item(NamedTuple):
    """Something that is sold, at a price in cents of euros."""

    number: int
    item_no: str
    name: str
    category: str
    brand: str
    unit: str
    list_price: int
    is_active: bool
    changed_at: datetime


class Line(NamedTuple):
    """An item in an order. Amounts are in the smallest coin of the order's currency."""

    number: int
    item: Item
    quantity: int
    unit_price: int

    @property
    def net(self) -> int:
        """All of it together."""
        return self.quantity * self.unit_price


class Order(NamedTuple):
    """What a customer ordered. Amounts are in the smallest coin of its currency."""

    number: int
    ordered_at: datetime
    changed_at: datetime
    status: str
    channel: str
    currency: str
    lines: list[Line]
    freight: int

    @property
    def net(self) -> int:
        """All lines together."""
        return sum(line.net for line in self.lines)

    @property
    def tax(self) -> int:
        """What the state gets."""
        return self.net * 19 // 100

    @property
    def total(self) -> int:
        """What there is to pay."""
        return self.net + self.tax + self.freight


@cache
def catalogue() -> tuple[Item, ...]:
    """Every product in each line."""
    draws = Draws("catalogue")
    return tuple(
        Item(
            number=number,
            item_no=f"IT-{number:04d}",
            name=f"{name} {line}",
            category=category,
            brand="Fitwell" if category == "Spare Parts" else "Northline",
            unit=_UNITS.get(category, "piece"),
            list_price=draws.between(*vocabulary.PRICE_RANGES[category]) * (size + 2) * 50,
            is_active=draws.happens(0.95),
            changed_at=recently(draws),
        )
        for number, (category, name, size, line) in enumerate(
            (
                (category, name, size, line)
                for category, names in vocabulary.PRODUCTS.items()
                for name in names
                for size, line in enumerate(vocabulary.PRODUCT_LINES)
            ),
            start=1,
        )
    )


def orders(
    world: World, known: Company, system: str, *, most: int, currency: str | None = None
) -> Iterator[Order]:
    """What the customer ordered through a system: `most` at the utmost, half of it on average."""
    draws = Draws(world.seed, system, "orders", known.number)
    for number in range(1, draws.between(0, most) + 1):
        yield _order(draws, known, number, currency or known.place.currency)


def _order(draws: Draws, known: Company, number: int, currency: str) -> Order:
    ordered_at = order_time(draws, known.since)
    statuses = _STATUSES_OF_RECENT if ordered_at > NOW - _RECENT else _STATUSES_OF_OLD
    first, step = draws.below(len(catalogue())), 1 + draws.below(7)
    lines = []
    for index in range(draws.between(1, 3)):
        item = catalogue()[(first + index * step) % len(catalogue())]
        price = converted(item.list_price, currency)
        lines.append(Line(index + 1, item, draws.between(*known.segment.quantity), price))
    return Order(
        number=number,
        ordered_at=ordered_at,
        changed_at=min(ordered_at + timedelta(days=draws.between(1, 20)), NOW),
        status=draws.pick(statuses),
        channel=draws.pick(_CHANNELS),
        currency=currency,
        lines=lines,
        freight=converted(draws.pick((0, 1_200, 2_500)), currency),
    )
