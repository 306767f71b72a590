"""Periods of the calendar: days, weeks of ISO 8601, months, quarters, years."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class Period(StrEnum):
    """A length of which the calendar has one after the other."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
_DAYS = {Period.DAY: 1, Period.WEEK: 7}

IN_A_YEAR: Final[Mapping[Period, int]] = {
    Period.DAY: 366,
    Period.WEEK: 53,
    Period.MONTH: 12,
    Period.QUARTER: 4,
    Period.YEAR: 1,
}
"""The most periods that a year has."""


def step(period: Period) -> str:
    """From the beginning of one period to that of the next, as PostgreSQL writes intervals."""
    if period in _DAYS:
        return f"{_DAYS[period]} days"
    return f"{_MONTHS[period]} months"


def first_day(period: Period, day: date) -> date:
    """The first day of the period that a day lies in."""
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case _:
            months = _MONTHS[period]
            return date(day.year, (day.month - 1) // months * months + 1, 1)


def last_day(period: Period, day: date) -> date:
    """The last day of the period that a day lies in.

    Raises:
        OverflowError: it lies after the year 9999.
    """
    start = first_day(period, day)
    if period in _DAYS:
        return start + timedelta(days=_DAYS[period] - 1)
    month = start.month + _MONTHS[period] - 1
    return start.replace(month=month, day=calendar.monthrange(start.year, month)[1])


def before(period: Period, day: date, count: int) -> date:
    """The first day of the period that is so many before the one that a day lies in.

    The calendar begins with the year 1, and so does the earliest period.
    """
    start = first_day(period, day)
    if period in _DAYS:
        return date.fromordinal(max(start.toordinal() - count * _DAYS[period], 1))
    month_index = max(start.year * 12 + start.month - 1 - count * _MONTHS[period], 12)
    return date(month_index // 12, month_index % 12 + 1, 1)


def count(period: Period, first: date, last: date) -> int:
    """The number of periods that have a day from the first to the last."""
    if period in _DAYS:
        return (first_day(period, last) - first_day(period, first)).days // _DAYS[period] + 1
    start, end = first_day(period, first), first_day(period, last)
    return ((end.year - start.year) * 12 + end.month - start.month) // _MONTHS[period] + 1
