"""Which orders count as sales, and the SQL of the rows that analyses of sales add up."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from data_pipeline.analytics.lists import Separated, distinct
from data_pipeline.analytics.operation import sql_file
from data_pipeline.analytics.timeframe import today

CURRENCY: Final = sql_file(__file__, "sales_currency")
"""The one currency of all amounts."""

BY_ORDER: Final = sql_file(__file__, "sales_by_order")
"""A row for each order that counts."""

BY_LINE: Final = sql_file(__file__, "sales_by_line")
"""A row for each line of the orders that count."""


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
