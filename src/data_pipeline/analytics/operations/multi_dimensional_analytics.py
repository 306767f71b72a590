"""Sales by several dimensions at once, with subtotals: ROLLUP, CUBE, GROUPING SETS."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics import sales, sales_columns
from data_pipeline.analytics.lists import Separated, SeparatedLists, distinct
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.timeframe import Timeframe, resolve

_REPORT: Final = sql_file(__file__, "multi_dimensional_analytics")

FIRST_YEAR: Final = 1900


class Dimension(StrEnum):
    """What sales are told apart by. The SQL has a column of the same name."""

    SOURCE_SYSTEM = "source_system"
    CHANNEL = "channel"
    STATUS = "status"
    COUNTRY = "country"
    INDUSTRY = "industry"
    SEGMENT = "segment"
    CATEGORY = "category"
    BRAND = "brand"
    PRODUCT = "product"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    WEEKDAY = "weekday"


_OF_PERIODS = {
    Dimension.YEAR,
    Dimension.QUARTER,
    Dimension.MONTH,
    Dimension.WEEK,
    Dimension.WEEKDAY,
}


class Metric(StrEnum):
    """What is measured of a group. The SQL has a column of the same name."""

    NET_REVENUE = "net_revenue"
    GROSS_REVENUE = "gross_revenue"
    REFUNDED_REVENUE = "refunded_revenue"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    UNITS = "units"
    ITEMS = "items"
    AVERAGE_ORDER_VALUE = "average_order_value"
    ITEMS_PER_ORDER = "items_per_order"
    UNITS_PER_ORDER = "units_per_order"
    ORDERS_PER_CUSTOMER = "orders_per_customer"
    REVENUE_PER_CUSTOMER = "revenue_per_customer"


_OF_CUSTOMERS = {Metric.CUSTOMERS, Metric.ORDERS_PER_CUSTOMER, Metric.REVENUE_PER_CUSTOMER}
_OF_BASKETS = {Metric.UNITS, Metric.ITEMS, Metric.ITEMS_PER_ORDER, Metric.UNITS_PER_ORDER}


class Mode(StrEnum):
    """Which subtotals there are."""

    ROLLUP = "rollup"
    CUBE = "cube"
    GROUPING_SETS = "grouping_sets"
    GROUP_BY = "group_by"


class Direction(StrEnum):
    """Which end of an order comes first."""

    ASCENDING = "asc"
    DESCENDING = "desc"


_Dimensions = Annotated[tuple[Dimension, ...], Separated, AfterValidator(distinct)]


class MultiDimensionalAnalyticsParameters(Parameters):
    """By what to group, what to measure, and which orders count."""

    dimensions: _Dimensions = Field(
        default=(Dimension.SOURCE_SYSTEM, Dimension.COUNTRY),
        min_length=1,
        max_length=4,
        description="What sales are told apart by, the outermost first. With category, brand or "
        "product the lines of the orders are added up instead of the orders; each line bears its "
        "part of a refund.",
        examples=[["source_system", "country"], ["year", "quarter", "category"]],
    )
    metrics: Annotated[tuple[Metric, ...], Separated, AfterValidator(distinct)] = Field(
        default=(
            Metric.NET_REVENUE,
            Metric.ORDERS,
            Metric.CUSTOMERS,
            Metric.AVERAGE_ORDER_VALUE,
        ),
        min_length=1,
        description="What is measured of each group.",
        examples=[["net_revenue", "orders"], ["units", "items_per_order"]],
    )
    mode: Mode = Field(
        default=Mode.ROLLUP,
        description="Which subtotals there are. rollup: over the last dimension, the last two, …, "
        "all. cube: over every combination. grouping_sets: those of `grouping_sets`. group_by: "
        "none.",
    )
    grouping_sets: Annotated[tuple[_Dimensions, ...], SeparatedLists] | None = Field(
        default=None,
        min_length=1,
        max_length=16,
        description="Mode grouping_sets only: the dimensions of each level, [] for the grand "
        "total; in a query string `country,year;country;` for three. Each dimension alone and "
        "the grand total if not given.",
        examples=[[["country", "year"], ["country"], []]],
    )
    timeframe: Timeframe = Field(
        default="12 months",
        description="Orders of these days (UTC) count, none after `as_of`: a length that ends "
        "with `as_of`, such as `3 months`, `90 days`; or the first and the last day, such as "
        "`2026-01-01/2026-03-31`.",
    )
    as_of: sales.AsOf
    currency: sales.Currency
    statuses: sales.Statuses
    min_orders: int = Field(
        default=1,
        ge=1,
        le=1_000_000_000,
        description="Leave out groups with fewer orders. Subtotals still have what they had.",
        examples=[10],
    )
    min_revenue: Decimal | None = Field(
        default=None,
        max_digits=30,
        description="Leave out groups with less net_revenue. Subtotals still have what they had.",
        examples=["1000"],
    )
    order_by: Metric | None = Field(
        default=None,
        description="Order the groups of each level by this metric, the finest level first. By "
        "the dimensions if not given, each subtotal after its parts.",
        examples=["net_revenue"],
    )
    direction: Direction = Field(
        default=Direction.DESCENDING, description="With order_by: the most first, or the least."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_grouping_sets()
        if resolve(self.timeframe, as_of=self.as_of).first.year < FIRST_YEAR:
            raise ValueError(f"the timeframe begins before {FIRST_YEAR}")
        return self

    def _check_grouping_sets(self) -> None:
        if self.grouping_sets is None:
            return
        if self.mode is not Mode.GROUPING_SETS:
            raise ValueError("'grouping_sets' goes with mode 'grouping_sets' only")
        if len(set(map(frozenset, self.grouping_sets))) < len(self.grouping_sets):
            raise ValueError("'grouping_sets' has a set twice")
        named = {dimension for level in self.grouping_sets for dimension in level}
        for dimension in sorted(named.symmetric_difference(self.dimensions)):
            lacking = "dimensions" if dimension in named else "grouping_sets"
            raise ValueError(f"'{dimension}' is missing in '{lacking}'")


def _statement(parameters: MultiDimensionalAnalyticsParameters) -> Statement:
    days = resolve(parameters.timeframe, as_of=parameters.as_of)
    asked = {*parameters.metrics, parameters.order_by}
    counts_customers = not _OF_CUSTOMERS.isdisjoint(asked)
    by_profile = sales.is_by_profile(parameters.dimensions)
    values = {
        "dimensions": [str(dimension) for dimension in parameters.dimensions],
        "dimension_count": len(parameters.dimensions),
        "counts_customers": counts_customers,
        "by_line": sales.is_by_line(parameters.dimensions),
        "by_customer": counts_customers or by_profile,
        "by_profile": by_profile,
        "by_period": not _OF_PERIODS.isdisjoint(parameters.dimensions),
        "by_basket": not _OF_BASKETS.isdisjoint(asked),
        "first_day": days.first,
        "last_day": min(days.last, parameters.as_of),
        "currency": parameters.currency,
        "statuses": list(parameters.statuses),
        "min_orders": parameters.min_orders,
        "min_revenue": parameters.min_revenue,
    }
    report = sql.SQL(_REPORT).format(
        chosen=sql.SQL(sales.CURRENCY),
        profile=sql.SQL(sales.PROFILE),
        sales=sales.rows(parameters.dimensions),
        dimensions=_names(parameters.dimensions),
        grouping=_grouping(parameters),
        metrics=_names(parameters.metrics),
        order=_order(parameters),
    )
    return Statement(sql=report.as_string(), values=values)


def _names(columns: tuple[StrEnum, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)


def _grouping(parameters: MultiDimensionalAnalyticsParameters) -> sql.Composed:
    dimensions = _names(parameters.dimensions)
    match parameters.mode:
        case Mode.ROLLUP:
            return sql.SQL("ROLLUP ({})").format(dimensions)
        case Mode.CUBE:
            return sql.SQL("CUBE ({})").format(dimensions)
        case Mode.GROUP_BY:
            return dimensions
        case Mode.GROUPING_SETS:
            singles = (*((dimension,) for dimension in parameters.dimensions), ())
            levels = parameters.grouping_sets or singles
            sets = sql.SQL(", ").join(sql.SQL("({})").format(_names(level)) for level in levels)
            return sql.SQL("GROUPING SETS ({})").format(sets)


def _order(parameters: MultiDimensionalAnalyticsParameters) -> sql.Composed:
    by_dimensions = sql.SQL(", ").join(
        sql.SQL("{} ASC NULLS LAST").format(sql.Identifier(dimension))
        for dimension in parameters.dimensions
    )
    if parameters.order_by is None:
        return by_dimensions
    order = "level, {} DESC NULLS LAST, {}"
    if parameters.direction is Direction.ASCENDING:
        order = "level, {} ASC NULLS LAST, {}"
    return sql.SQL(order).format(sql.Identifier(parameters.order_by), by_dimensions)


_UNKNOWN = "(unknown) if the source doesn't say."

OPERATION = Operation(
    name="multi_dimensional_analytics",
    description="Sales grouped by one to four dimensions with subtotals (SQL's ROLLUP, CUBE and "
    "GROUPING SETS) and the metrics asked for. Every order and every unified customer counts "
    "once in a group, so counts of groups may add up to more than their subtotal. Drafts and "
    "cancelled orders don't count unless `statuses` names them; amounts in different currencies "
    "are never added.",
    parameters=MultiDimensionalAnalyticsParameters,
    columns=(
        Column(name="source_system", description="Where the order comes from."),
        Column(name="channel", description=f"How the order came in; {_UNKNOWN}"),
        Column(name="status", description="What became of the order."),
        Column(name="country", description=f"The customer's, ISO 3166-1 alpha-2; {_UNKNOWN}"),
        Column(name="industry", description=f"The customer's industry; {_UNKNOWN}"),
        Column(name="segment", description=f"The customer's segment; {_UNKNOWN}"),
        Column(name="category", description=f"The product's category; {_UNKNOWN}"),
        Column(name="brand", description=f"The product's brand; {_UNKNOWN}"),
        Column(name="product", description=f"The product's name; {_UNKNOWN}"),
        Column(name="year", description="Of the order, in UTC, as are all periods."),
        Column(name="quarter", description="2026-Q1"),
        Column(name="month", description="2026-03"),
        Column(name="week", description="The week of ISO 8601, 2026-W09."),
        Column(name="weekday", description="1, Monday, to 7, Sunday (ISO 8601)."),
        sales_columns.NET_REVENUE,
        sales_columns.GROSS_REVENUE,
        sales_columns.REFUNDED_REVENUE,
        sales_columns.ORDERS,
        sales_columns.CUSTOMERS,
        Column(name="units", description="Sum of the lines' quantities."),
        Column(name="items", description="Number of lines."),
        sales_columns.AVERAGE_ORDER_VALUE,
        Column(name="items_per_order", description="Lines by orders."),
        Column(name="units_per_order", description="Units by orders."),
        Column(name="orders_per_customer", description="Orders by customers."),
        Column(name="revenue_per_customer", description="net_revenue by customers."),
        sales_columns.CURRENCY,
        Column(
            name="level",
            description="0 for a finest group, else the number of dimensions added up: a subtotal.",
        ),
        Column(
            name="grouping_id",
            description="PostgreSQL's GROUPING(): a bit for each dimension, the last one lowest, "
            "1 where it is added up. Tells subtotals of the same level apart.",
        ),
        Column(
            name="all_dimensions",
            description="The dimensions added up in this row; their columns are null.",
        ),
    ),
    statement=_statement,
)
