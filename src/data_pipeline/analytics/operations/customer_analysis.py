"""Customers by what they are worth: ranked within their group, or one row for each group."""

from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics import sales, sales_columns
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.timeframe import Timeframe, resolve

_ANALYSIS: Final = sql_file(__file__, "customer_analysis")
_CUSTOMERS: Final = sql_file(__file__, "customer_analysis_customers")
_GROUPS: Final = sql_file(__file__, "customer_analysis_groups")


class Metric(StrEnum):
    """What customers are ranked by."""

    LIFETIME_VALUE = "lifetime_value"
    ORDER_COUNT = "order_count"
    AVERAGE_ORDER_VALUE = "average_order_value"
    RECENCY_DAYS = "recency_days"
    PURCHASE_INTERVAL_DAYS = "purchase_interval_days"


class Grouping(StrEnum):
    """What puts customers into the same group."""

    INDUSTRY = "industry"
    SEGMENT = "segment"
    COUNTRY = "country"
    SOURCE_SYSTEM = "source_system"


class Level(StrEnum):
    """What a row is about."""

    CUSTOMER = "customer"
    GROUP = "group"


class CustomerAnalysisParameters(Parameters):
    """What to measure, how to group, and which orders count."""

    metric: Metric = Field(
        default=Metric.LIFETIME_VALUE,
        description="What customers are ranked by. Of the days (recency_days since the last "
        "order, purchase_interval_days between orders) fewer rank higher, of the rest more.",
        examples=["lifetime_value", "recency_days"],
    )
    group_by: Grouping = Field(
        default=Grouping.INDUSTRY,
        description="What puts customers into the same group. By source_system a customer whom "
        "several systems know is in several groups, in each with the orders of that system.",
        examples=["industry", "country"],
    )
    level: Level = Field(
        default=Level.CUSTOMER,
        description="customer: a row for each customer, ranked within its group. group: a row "
        "for each group.",
    )
    timeframe: Timeframe | None = Field(
        default=None, description="Only orders in these days count; all up to `as_of` if not given."
    )
    as_of: sales.AsOf
    currency: sales.Currency
    min_group_size: int = Field(
        default=1,
        ge=1,
        le=1_000_000,
        description="Leave out groups with fewer customers.",
        examples=[5],
    )
    min_value: Decimal | None = Field(
        default=None,
        ge=0,
        max_digits=30,
        description="Leave out customers (at level group: groups) whose metric is below. Ranks "
        "and shares stay those within the whole.",
        examples=["1000"],
    )

    @model_validator(mode="after")
    def _check_timeframe(self) -> Self:
        if self.timeframe:
            resolve(self.timeframe, as_of=self.as_of)
        return self


def _statement(parameters: CustomerAnalysisParameters) -> Statement:
    days = None
    if parameters.timeframe:
        days = resolve(parameters.timeframe, as_of=parameters.as_of)
    values = {
        "metric": parameters.metric,
        "group_by": parameters.group_by,
        "first_day": days.first if days else None,
        "last_day": min(days.last, parameters.as_of) if days else parameters.as_of,
        "as_of": parameters.as_of,
        "currency": parameters.currency,
        "min_group_size": parameters.min_group_size,
        "min_value": parameters.min_value,
    }
    report = _CUSTOMERS if parameters.level is Level.CUSTOMER else _GROUPS
    statement = sql.SQL(_ANALYSIS).format(currency=sql.SQL(sales.CURRENCY), report=sql.SQL(report))
    return Statement(sql=statement.as_string(), values=values)


OPERATION = Operation(
    name="customer_analysis",
    description="Customers across all source systems, each counted once, by what they bought: "
    "ranked within their group with share and quartile, or summed up by group. Drafts, "
    "cancelled and refunded orders don't count; amounts in different currencies are never added.",
    parameters=CustomerAnalysisParameters,
    columns=(
        Column(name="customer_group", description="The group's value; (unknown) if not known."),
        Column(name="rank", description="Place within the group (level group: of the group)."),
        Column(name="customer_id", description="The unified customer's id (level customer)."),
        Column(name="name", description="The customer's name (level customer)."),
        Column(name="industry", description="The customer's industry (level customer)."),
        Column(name="segment", description="The customer's segment (level customer)."),
        Column(name="country", description="ISO 3166-1 alpha-2 (level customer)."),
        Column(name="source_systems", description="Systems that know the customer."),
        Column(name="customers", description="Customers in the group (level group)."),
        Column(name="buying_customers", description="Those with an order (level group)."),
        sales_columns.CURRENCY,
        Column(name="lifetime_value", description="Sum of the orders' totals."),
        Column(name="order_count", description="Number of orders."),
        Column(name="average_order_value", description="lifetime_value by order_count."),
        Column(name="median_lifetime_value", description="Of buying customers (level group)."),
        Column(
            name="recency_days",
            description="Days since the last order (level group: mean of buying customers).",
        ),
        Column(
            name="purchase_interval_days",
            description="Mean days between orders, for two or more (level group: mean of those).",
        ),
        Column(name="first_order_on", description="Day of the first order, UTC."),
        Column(name="last_order_on", description="Day of the last order, UTC."),
        Column(
            name="share",
            description="0 to 1: the customer's part of its group's sum (level group: the "
            "group's part of all). For lifetime_value and order_count only.",
        ),
        Column(
            name="quartile",
            description="1, the best quarter of the group, to 4 (level customer).",
        ),
        Column(name="group_size", description="Customers in the group (level customer)."),
    ),
    statement=_statement,
)
