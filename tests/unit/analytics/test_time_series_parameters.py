from datetime import date
from typing import Any

import pytest

from data_pipeline.analytics.catalog import parse
from data_pipeline.aws.problems import ProblemError


@pytest.mark.parametrize(
    ("parameters", "at", "reason"),
    [
        ({"measure": "profit"}, "/measure", "Input should be"),
        ({"period": "quarter"}, "/period", "'day', 'week' or 'month'"),
        ({"timeframe": "soon"}, "/timeframe", "write a length"),
        ({"timeframe": "5 days", "period": "week"}, "", "no whole week"),
        ({"timeframe": "2026-01-02/2026-02-27", "period": "month"}, "", "no whole month"),
        ({"timeframe": "2030-01-01/2030-12-31", "as_of": "2026-06-30"}, "", "no whole day"),
        ({"timeframe": "20 years"}, "", "at most 4000"),
        ({"as_of": "1899-12-31"}, "/as_of", "greater"),
        ({"currency": "euro"}, "/currency", "pattern"),
        ({"patterns": ["noise"]}, "/patterns/0", "Input should be"),
        ({"patterns": []}, "/patterns", "at least 1"),
        ({"patterns": ["trend", "trend"]}, "/patterns", "more than once"),
        ({"empty_periods": "guess"}, "/empty_periods", "Input should be"),
        ({"threshold": 0.5}, "/threshold", "greater"),
        ({"threshold": "inf"}, "/threshold", "finite"),
        ({"top": 0}, "/top", "greater"),
    ],
)
def test_what_makes_no_series_is_refused(
    parameters: dict[str, object], at: str, reason: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        parse("time_series_patterns", parameters)
    (error,) = caught.value.problem.errors
    assert error.pointer == f"#/parameters{at}"
    assert reason.lower() in error.detail.lower()


@pytest.mark.parametrize(
    ("period", "timeframe", "first", "last"),
    [
        ("day", "3 days", date(2026, 6, 28), date(2026, 6, 30)),
        ("week", "2026-06-01/2026-06-28", date(2026, 6, 1), date(2026, 6, 28)),
        ("week", "2026-06-02/2026-06-27", date(2026, 6, 8), date(2026, 6, 21)),
        ("month", "3 months", date(2026, 4, 1), date(2026, 6, 30)),
        ("month", "2026-03-02/2026-12-31", date(2026, 4, 1), date(2026, 6, 30)),
    ],
)
def test_periods_lie_wholly_in_the_timeframe(
    period: str, timeframe: str, first: date, last: date
) -> None:
    asked: dict[str, Any] = {"period": period, "timeframe": timeframe, "as_of": "2026-06-30"}
    values = parse("time_series_patterns", asked).statement().values
    assert (values["first_day"], values["last_day"]) == (first, last)
