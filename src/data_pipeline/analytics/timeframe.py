"""Spans of days as users write them: `3 months`, `90 days`, `2026-01-01/2026-03-31`."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

_LENGTH = re.compile(r"(?P<count>[1-9]\d{0,3}) ?(?P<unit>day|week|month|quarter|year)s?")
_INTERVAL = re.compile(r"(?P<start>\d{4}-\d{2}-\d{2})/(?P<end>\d{4}-\d{2}-\d{2})")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Days:
    """A span of whole days in UTC, both ends included."""

    first: date
    last: date


def resolve(timeframe: str, *, as_of: date) -> Days:
    """The days that a timeframe means. A length ends with `as_of` and includes it.

    Raises:
        ValueError: in words for the user, when it is none.
    """
    if match := _INTERVAL.fullmatch(timeframe):
        return _interval(match["start"], match["end"])
    match = _LENGTH.fullmatch(timeframe)
    if match is None:
        raise ValueError("write a length such as '3 months' or '90 days', or two days such as "
                         "'2026-01-01/2026-03-31'")  # fmt: skip
    count, unit = int(match["count"]), match["unit"]
    try:
        before = _day_before(as_of, count, unit)
    except (ValueError, OverflowError):
        raise ValueError("the timeframe begins before the year 1") from None
    return Days(before + timedelta(days=1), as_of)


def _interval(start: str, end: str) -> Days:
    days = Days(date.fromisoformat(start), date.fromisoformat(end))
    if days.last < days.first:
        raise ValueError("the timeframe ends before it begins")
    return days


def _day_before(as_of: date, count: int, unit: str) -> date:
    """The last day that lies wholly before the span."""
    if unit in _DAYS:
        return as_of - timedelta(days=count * _DAYS[unit])
    month_index = as_of.year * 12 + as_of.month - 1 - count * _MONTHS[unit]
    year, month = month_index // 12, month_index % 12 + 1
    return date(year, month, min(as_of.day, calendar.monthrange(year, month)[1]))


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def _check(timeframe: str) -> str:
    resolve(timeframe, as_of=date.max)
    return timeframe


Timeframe = Annotated[
    str,
    AfterValidator(_check),
    Field(
        description=(
            "The days to look at, in UTC: a length that ends with `as_of`, such as `3 months`, "
            "`90 days`, `1 year`; or the first and the last day, such as `2026-01-01/2026-03-31`."
        ),
        examples=["3 months", "90 days", "2026-01-01/2026-03-31"],
        max_length=40,
    ),
]
