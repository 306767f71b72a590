"""Which orders count as sales, and the SQL of the rows that analyses of sales add up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics.lists import Separated, distinct
from data_pipeline.analytics.operation import sql_file
from data_pipeline.analytics.timeframe import today

CURRENCY: Final = sql_file(__file__, "sales_currency")
"""The one currency of all amounts."""

COUNTED: Final = sql_file(__file__, "sales_counted")
"""Which orders count, of any day."""

PROFILE: Final = sql_file(__file__, "sales_profile")
"""A row for each unified customer."""

_BY_ORDER: Final = sql_file(__file__, "sales_by_order")
_BY_LINE: Final = sql_file(__file__, "sales_by_line")
_CUSTOMERS: Final = sql_file(__file__, "sales_customers")

_OF_LINES: Final = frozenset({"category", "brand", "product"})
_OF_PROFILES: Final = frozenset({"country", "industry", "segment", "customer"})


def is_by_line(dimensions: Collection[str]) -> bool:
    """Whether the lines of orders have to be added up to tell sales apart by these dimensions."""
    return not _OF_LINES.isdisjoint(dimensions)


def is_by_profile(dimensions: Collection[str]) -> bool:
    """Whether something has to be known of the customers to tell sales apart by these."""
    return not _OF_PROFILES.isdisjoint(dimensions)


def rows(dimensions: Collection[str]) -> sql.Composed:
    """The SQL of a row for each order that counts, or for each of its lines.

    It takes the CTEs `chosen` (`CURRENCY`) and `profile` (`PROFILE`).
    """
    template = _BY_LINE if is_by_line(dimensions) else _BY_ORDER
    return sql.SQL(template).format(customers=sql.SQL(_CUSTOMERS), counted=sql.SQL(COUNTED))


class OrderStatus(StrEnum):
    """What became of an order."""

    DRAFT = "draft"
    OPEN = "open"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


SOLD: Final = tuple(
    status for status in OrderStatus if status not in {OrderStatus.DRAFT, OrderStatus.CANCELLED}
)
"""Orders that were sold, whatever was given back later."""

Statuses = Annotated[
    tuple[OrderStatus, ...],
    Separated,
    AfterValidator(distinct),
    Field(
        default=SOLD,
        min_length=1,
        description="Orders in these states count; if not given, all but draft and cancelled. "
        "An order whose source tells no state is open. What was refunded is subtracted in "
        "net_revenue, so refunded orders belong to those that count.",
        examples=[["shipped", "completed", "refunded"], ["cancelled"]],
    ),
]

Currency = Annotated[
    Annotated[str, Field(pattern="^[A-Z]{3}$")] | None,
    Field(
        default=None,
        description="ISO 4217 code. Only orders in this currency count, since amounts in several "
        "cannot be added; the currency of most orders if not given.",
        examples=["USD", "EUR"],
    ),
]


AsOf = Annotated[
    date,
    Field(
        default_factory=today,
        ge=date(1900, 1, 1),
        le=date(2999, 12, 31),
        description="The day (UTC) that the analysis looks back from; today if not given. "
        "Nothing after it counts.",
        examples=["2026-06-30"],
    ),
]
