from datetime import date

import pytest

from data_pipeline.analytics.periods import Period, before, count, first_day, last_day

DAY = date(2024, 2, 29)  # a Thursday


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.DAY, date(2024, 2, 29), date(2024, 2, 29)),
        (Period.WEEK, date(2024, 2, 26), date(2024, 3, 3)),
        (Period.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        (Period.QUARTER, date(2024, 1, 1), date(2024, 3, 31)),
        (Period.YEAR, date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_period_has_a_first_and_a_last_day(period: Period, first: date, last: date) -> None:
    assert (first_day(period, DAY), last_day(period, DAY)) == (first, last)


@pytest.mark.parametrize(
    ("period", "count", "first"),
    [
        (Period.DAY, 60, date(2023, 12, 31)),
        (Period.WEEK, 9, date(2023, 12, 25)),
        (Period.MONTH, 14, date(2022, 12, 1)),
        (Period.QUARTER, 1, date(2023, 10, 1)),
        (Period.YEAR, 4, date(2020, 1, 1)),
        (Period.MONTH, 0, date(2024, 2, 1)),
    ],
)
def test_periods_before_one(period: Period, count: int, first: date) -> None:
    assert before(period, DAY, count) == first


@pytest.mark.parametrize("period", Period)
def test_earliest_period_begins_with_the_year_1(period: Period) -> None:
    assert before(period, date(3, 5, 5), 4000) == date.min


@pytest.mark.parametrize(
    ("period", "number"),
    [
        (Period.DAY, 62),
        (Period.WEEK, 10),
        (Period.MONTH, 3),
        (Period.QUARTER, 2),
        (Period.YEAR, 2),
    ],
)
def test_periods_that_have_a_day_of_a_span_are_counted(period: Period, number: int) -> None:
    assert count(period, date(2023, 12, 30), DAY) == number
