"""What a measure does over time: trend, seasons, anomalies, gaps, streaks, changes of level."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics import periods, sales
from data_pipeline.analytics.lists import distinct
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.periods import Period
from data_pipeline.analytics.records import SourceSystem
from data_pipeline.analytics.timeframe import Days, Timeframe, resolve

_REPORT: Final = sql_file(__file__, "time_series_patterns")
_MODEL: Final = sql_file(__file__, "time_series_patterns_model")
_LEVELS: Final = sql_file(__file__, "time_series_patterns_levels")
_ORDERS: Final = sql_file(__file__, "time_series_patterns_orders")
_CUSTOMERS: Final = sql_file(__file__, "time_series_patterns_customers")
_NO_CURRENCY: Final = "SELECT NULL::text AS currency"

_MOST_PERIODS: Final = 4000


class Measure(StrEnum):
    """What is looked at over time."""

    NET_REVENUE = "net_revenue"
    GROSS_REVENUE = "gross_revenue"
    ORDERS = "orders"
    AVERAGE_ORDER_VALUE = "average_order_value"
    NEW_CUSTOMERS = "new_customers"


class Length(StrEnum):
    """The length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class EmptyPeriods(StrEnum):
    """What a period without data is between others that have some."""

    ZERO = "zero"
    SKIP = "skip"


class Pattern(StrEnum):
    """A kind of row, in the order of the answer."""

    TREND = "trend"
    CHANGE_POINT = "change_point"
    ANOMALY = "anomaly"
    GAP = "gap"
    STREAK = "streak"
    WEEKDAY = "weekday"
    MONTH = "month"
    SERIES = "series"


# Shorter than a week, a month or a quarter, a level is none.
_LEAST_PERIODS: Final = {Length.DAY: 7, Length.WEEK: 4, Length.MONTH: 3}


def _yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


class TimeSeriesPatternsParameters(Parameters):
    """What to look at, in which periods, and what to find."""

    measure: Measure = Field(
        default=Measure.NET_REVENUE,
        description="What to look at: net_revenue, gross_revenue, orders and average_order_value "
        "as revenue_analysis has them, or new_customers: customers, each counted once, in the "
        "period in which the first of the systems created them.",
        examples=["net_revenue", "orders"],
    )
    period: Length = Field(
        default=Length.DAY,
        description="The length of a period. Weeks begin on Monday.",
        examples=["day", "month"],
    )
    timeframe: Timeframe = Field(
        default="1 year",
        description="The days to look at, in UTC; of weeks and months those that lie in it wholly. "
        "A length that ends with `as_of`, such as `1 year` or `90 days`; or the first and the "
        "last day, such as `2026-01-01/2026-03-31`.",
    )
    as_of: date = Field(
        default_factory=_yesterday,
        ge=date(1900, 1, 1),
        le=date(2999, 12, 31),
        description="The last day (UTC) to look at; yesterday, the last whole day, if not given.",
        examples=["2026-06-30"],
    )
    currency: sales.Currency
    source_system: SourceSystem
    patterns: Annotated[
        tuple[Pattern, ...],
        AfterValidator(distinct),
        Field(
            default=tuple(Pattern),
            min_length=1,
            description="What to give; all if not given. `series` are the periods themselves.",
            examples=[["trend", "anomaly"], ["series"]],
        ),
    ]
    empty_periods: EmptyPeriods = Field(
        default=EmptyPeriods.ZERO,
        description="Whether a period without data is 0, or left out of everything but the gaps. "
        "An average of no orders is none, so average_order_value always leaves it out.",
        examples=["skip"],
    )
    threshold: float = Field(
        default=3.5,
        ge=1,
        le=100,
        allow_inf_nan=False,
        description="Periods whose score is beyond this, up or down, are anomalies.",
        examples=[5],
    )
    top: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="Give so many change points, anomalies and gaps, and so many streaks of "
        "either kind: the greatest.",
        examples=[3],
    )

    @model_validator(mode="after")
    def _check_periods(self) -> Self:
        days = self.whole_periods()
        if days is None:
            raise ValueError(
                f"no whole {self.period} lies in the timeframe: take a longer one, or shorter "
                "periods"
            )
        count = periods.count(Period(self.period), days.first, days.last)
        if count > _MOST_PERIODS:
            raise ValueError(
                f"the timeframe has {count} periods of a {self.period}, at most {_MOST_PERIODS} "
                "are looked at: take longer periods or a shorter timeframe"
            )
        return self

    def whole_periods(self) -> Days | None:
        """From the first to the last day of the periods that lie wholly in the timeframe."""
        days = resolve(self.timeframe, as_of=self.as_of)
        period = Period(self.period)
        first = periods.first_day(period, days.first)
        if first < days.first:
            first = periods.last_day(period, days.first) + timedelta(days=1)
        day_after = min(days.last, self.as_of) + timedelta(days=1)
        last = periods.first_day(period, day_after) - timedelta(days=1)
        return Days(first, last) if first <= last else None


def _statement(parameters: TimeSeriesPatternsParameters) -> Statement:
    days = parameters.whole_periods()
    if days is None:
        raise ValueError("the parameters were not checked")
    counts_customers = parameters.measure is Measure.NEW_CUSTOMERS
    is_average = parameters.measure is Measure.AVERAGE_ORDER_VALUE
    values = {
        "measure": parameters.measure,
        "period": parameters.period,
        "step": periods.step(Period(parameters.period)),
        "first_day": days.first,
        "last_day": days.last,
        "currency": parameters.currency,
        "source_system": parameters.source_system,
        "patterns": list(parameters.patterns),
        "fill": parameters.empty_periods is EmptyPeriods.ZERO and not is_average,
        "threshold": parameters.threshold,
        "top": parameters.top,
        "least_periods": _LEAST_PERIODS[parameters.period],
    }
    report = sql.SQL(_REPORT).format(
        chosen=sql.SQL(_NO_CURRENCY if counts_customers else sales.CURRENCY),
        observed=sql.SQL(_CUSTOMERS if counts_customers else _ORDERS),
        model=sql.SQL(_MODEL),
        levels=sql.SQL(_LEVELS),
    )
    return Statement(sql=report.as_string(), values=values)


OPERATION = Operation(
    name="time_series_patterns",
    description="What a measure does by day, week or month: its trend, changes of level, "
    "anomalies, gaps, streaks, seasons by weekday and month, and the series itself, in one answer "
    "with a column `pattern`. The series reaches from the first to the last period with data. "
    "Trend: straight line of least squares. Expected: trend, and the median effect of the weekday "
    "(of the month) once each was seen in three weeks (years). Score: how many robust standard "
    "deviations (by the median absolute deviation) from the expected, from 8 periods on. Change "
    "points: binary segmentation without lone outliers; a segment is split where two levels are "
    "better than one by 3 ln n times the noise, and better than a straight line. Drafts and "
    "cancelled orders don't count; amounts in different currencies are never added.",
    parameters=TimeSeriesPatternsParameters,
    columns=(
        Column(
            name="pattern",
            description="trend, change_point, anomaly, gap, streak, weekday, month or series.",
        ),
        Column(
            name="kind",
            description="trend: rising, falling or none (its score is below 2); change_point: up, "
            "down; anomaly: high, low; gap: before, inside or after the data; streak: rise, fall; "
            "weekday and month: its name.",
        ),
        Column(name="first_day", description="First day, UTC."),
        Column(name="last_day", description="Last day; of a change_point, of the new level."),
        Column(name="periods", description="Number of periods; of a streak, with the first."),
        Column(
            name="value",
            description="trend: at its end; change_point: mean of the new level; streak: at its "
            "end; weekday, month: mean without trend; else the period's value.",
        ),
        Column(
            name="reference",
            description="trend: at its beginning; change_point: mean of the level before; streak: "
            "before it; weekday, month: mean of all; else what was to be expected.",
        ),
        Column(name="change", description="value less reference."),
        Column(
            name="index",
            description="weekday, month: value by reference; 1.2 is a fifth above the mean.",
        ),
        Column(name="slope", description="trend: change from period to period."),
        Column(name="r_squared", description="trend: share of the variance that it explains."),
        Column(
            name="score",
            description="series, anomaly: robust z-score; trend: slope, and change_point: "
            "difference of the levels, in standard errors of the values without season.",
        ),
        Column(
            name="cycles",
            description="weekday, month: in how many weeks or years it was seen. One tells of "
            "that week or year, not of a season.",
        ),
        Column(name="currency", description="Of all amounts, ISO 4217; null for new_customers."),
    ),
    statement=_statement,
)
