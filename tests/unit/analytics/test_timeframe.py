from datetime import date

import pytest

from data_pipeline.analytics.timeframe import Days, resolve


@pytest.mark.parametrize(
    ("timeframe", "first"),
    [
        ("1 day", date(2026, 3, 31)),
        ("90 days", date(2026, 1, 1)),
        ("2 weeks", date(2026, 3, 18)),
        ("1 month", date(2026, 3, 1)),  # after 28 February, the last day a month before
        ("3 months", date(2026, 1, 1)),
        ("13months", date(2025, 3, 1)),
        ("1 quarter", date(2026, 1, 1)),
        ("2 years", date(2024, 4, 1)),
    ],
)
def test_length_ends_with_the_day_it_is_seen_from(timeframe: str, first: date) -> None:
    assert resolve(timeframe, as_of=date(2026, 3, 31)) == Days(first, date(2026, 3, 31))


def test_interval_includes_both_days() -> None:
    days = resolve("2026-01-01/2026-03-31", as_of=date(2026, 11, 1))
    assert days == Days(date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("timeframe", "reason"),
    [
        ("soon", "write a length"),
        ("0 days", "write a length"),
        ("-3 months", "write a length"),
        ("3 fortnights", "write a length"),
        ("2026-03-31/2026-01-01", "ends before it begins"),
        ("2026-02-30/2026-03-01", "day"),
        ("9999 years", "before the year 1"),
    ],
)
def test_wrong_timeframe_is_explained(timeframe: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        resolve(timeframe, as_of=date(2026, 3, 31))
