"""Revenue by period: growth, averages, running totals, and what sold best."""

from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics import periods, sales, sales_columns
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.periods import Period
from data_pipeline.analytics.timeframe import Timeframe, resolve

_REPORT: Final = sql_file(__file__, "revenue_analysis")

MOST_PERIODS: Final = 4000
_WHOLE: Final = "(all)"


class Dimension(StrEnum):
    """What revenue is told apart by."""

    NONE = "none"
    SOURCE_SYSTEM = "source_system"
    CHANNEL = "channel"
    STATUS = "status"
    COUNTRY = "country"
    INDUSTRY = "industry"
    SEGMENT = "segment"
    CUSTOMER = "customer"
    CATEGORY = "category"
    BRAND = "brand"
    PRODUCT = "product"


# Names are not unique: what has an id is told apart by it.
_IDS = {Dimension.CUSTOMER: "customer_id", Dimension.PRODUCT: "product_id"}


class RevenueAnalysisParameters(Parameters):
    """Which periods, told apart by what, and which orders count."""

    period: Period = Field(
        default=Period.MONTH,
        description="The length of a period. Weeks are those of ISO 8601, from Monday.",
        examples=["month", "week"],
    )
    dimension: Dimension = Field(
        default=Dimension.NONE,
        description="What revenue is told apart by. For category, brand and product the lines of "
        "the orders are added up instead of the orders; each line bears its part of a refund.",
        examples=["country", "category"],
    )
    timeframe: Timeframe = Field(
        default="12 months",
        description="The periods to show: all that have a day in it, from their first day to "
        "their last or `as_of`. A length that ends with `as_of`, such as `12 months` or `90 days`; "
        "or the first and the last day, such as `2026-01-01/2026-03-31`.",
    )
    as_of: sales.AsOf
    currency: sales.Currency
    statuses: sales.Statuses
    with_units: bool = Field(
        default=False,
        description="Also add up the quantities of the orders' lines, which takes longer. For "
        "category, brand and product it is always done.",
        examples=[True],
    )
    window: int = Field(
        default=3,
        ge=2,
        le=366,
        description="The number of periods in a moving average, the row's own included.",
        examples=[3, 12],
    )
    top: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="Show the values of the dimension that sold most in the timeframe, so many. "
        "Ranks and shares stay those among all.",
        examples=[5],
    )

    @model_validator(mode="after")
    def _check_periods(self) -> Self:
        days = resolve(self.timeframe, as_of=self.as_of)
        count = periods.count(self.period, days.first, min(days.last, self.as_of))
        if count > MOST_PERIODS:
            raise ValueError(
                f"the timeframe has {count} {self.period}s, at most {MOST_PERIODS} are shown: "
                "take longer periods or a shorter timeframe"
            )
        return self


def _statement(parameters: RevenueAnalysisParameters) -> Statement:
    period = parameters.period
    days = resolve(parameters.timeframe, as_of=parameters.as_of)
    first_shown = periods.first_day(period, days.first)
    looked_back = max(parameters.window - 1, periods.IN_A_YEAR[period])
    last = min(days.last, parameters.as_of)
    by_line = sales.is_by_line([parameters.dimension])
    values = {
        "period": period,
        "step": periods.step(period),
        "dimension": parameters.dimension,
        "dimensions": [str(parameters.dimension)],
        "first_day": periods.before(period, first_shown, looked_back),
        "first_shown": first_shown,
        "by_line": by_line,
        "by_customer": True,
        "by_profile": sales.is_by_profile([parameters.dimension]),
        "by_basket": parameters.with_units,
        "counts_units": parameters.with_units or by_line,
        "last_day": min(periods.last_day(period, last), parameters.as_of),
        "as_of": parameters.as_of,
        "currency": parameters.currency,
        "statuses": list(parameters.statuses),
        "window": parameters.window,
        "top": parameters.top,
    }
    return Statement(sql=_report(parameters.dimension), values=values)


def _report(dimension: Dimension) -> str:
    report = sql.SQL(_REPORT).format(
        chosen=sql.SQL(sales.CURRENCY),
        counted=sql.SQL(sales.COUNTED),
        profile=sql.SQL(sales.PROFILE),
        sales=sales.rows([dimension]),
        value_id=sql.Identifier(_IDS[dimension]) if dimension in _IDS else sql.NULL,
        value=sql.Literal(_WHOLE) if dimension is Dimension.NONE else sql.Identifier(dimension),
    )
    return report.as_string()


OPERATION = Operation(
    name="revenue_analysis",
    description="Revenue by day, week, month, quarter or year, as a whole or told apart by a "
    "dimension, with growth, running total, moving average, rank and share. Periods without "
    "sales are rows of zeros. Drafts and cancelled orders don't count unless `statuses` names "
    "them; refunds are subtracted in the period of their order, since few sources date them; "
    "amounts in different currencies are never added.",
    parameters=RevenueAnalysisParameters,
    columns=(
        Column(name="period", description="2026-03-01, 2026-W09, 2026-03, 2026-Q1 or 2026."),
        Column(name="period_start", description="The period's first day."),
        Column(name="period_end", description="The period's last day."),
        Column(
            name="is_complete",
            description="false for the period that `as_of` cuts off: it is not averaged and not "
            "compared with whole ones.",
        ),
        Column(
            name="value",
            description="The value of the dimension, (unknown) if the source doesn't say; (all) "
            "without a dimension.",
        ),
        Column(name="value_id", description="Of a product or a unified customer, its id."),
        Column(
            name="rank",
            description="Place within the period by net_revenue, the same for equals; null "
            "without an order.",
        ),
        sales_columns.CURRENCY,
        sales_columns.ORDERS,
        sales_columns.CUSTOMERS,
        Column(
            name="units", description="Sum of the lines' quantities; null unless it was asked for."
        ),
        sales_columns.GROSS_REVENUE,
        sales_columns.REFUNDED_REVENUE,
        sales_columns.NET_REVENUE,
        sales_columns.AVERAGE_ORDER_VALUE,
        Column(
            name="share",
            description="Part of the period's net_revenue that the value has: 1 is all of it.",
        ),
        Column(
            name="running_total", description="net_revenue from the first period shown to this."
        ),
        Column(
            name="moving_average",
            description="Mean net_revenue of the last `window` periods, without those before the "
            "first sale there ever was.",
        ),
        Column(
            name="growth",
            description="Change of net_revenue against the period before: 0.1 is 10 % more. Null "
            "if that had none.",
        ),
        Column(
            name="growth_on_year",
            description="The same against the same period of the year before (weeks by their "
            "number). Null if there is none, as for week 53 or 29 February.",
        ),
    ),
    statement=_statement,
)
