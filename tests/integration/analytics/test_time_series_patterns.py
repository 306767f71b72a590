"""Series of one order a day, whose patterns are known by construction or by the textbook."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from tests.integration import sales
from tests.integration.analytics import statistics_by_hand
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.rows import Rows

MONDAY = date(2026, 1, 5)

type Ask = Callable[..., list[Row]]
type Load = Callable[[Sequence[float | None]], None]


@pytest.fixture
def load(database_url: sales.Conninfos) -> Load:
    """Loads an order a day from Monday on; none for None."""

    def load(totals: Sequence[float | None]) -> None:
        with Rows(database_url) as rows:
            for offset, total in enumerate(totals):
                if total is not None:
                    _order(rows, MONDAY + timedelta(days=offset), total)

    return load


@pytest.fixture
def ask(database_url: sales.Conninfos) -> Ask:
    """Asks about so many days from Monday on."""

    def ask(days: int, *patterns: str, **parameters: object) -> list[Row]:
        last = MONDAY + timedelta(days=days - 1)
        asked = {"timeframe": f"{MONDAY}/{last}", "as_of": last.isoformat(), **parameters}
        if patterns:
            asked["patterns"] = list(patterns)
        return answer(database_url, "time_series_patterns", asked)

    return ask


def _order(rows: Rows, day: date, total: float, **values: Any) -> None:
    number = rows.connection.execute("SELECT count(*) FROM canonical.orders").fetchone()
    order = {"ordered_at": f"{day}T12:00:00Z", "currency": "EUR", "total": f"{total:.2f}"}
    rows.add("orders", "crm", f"O{number}", **{**order, **values})


def _day(offset: int) -> str:
    return (MONDAY + timedelta(days=offset)).isoformat()


def test_straight_line_is_a_trend_and_nothing_else(load: Load, ask: Ask) -> None:
    load([100 + 10 * offset for offset in range(28)])
    rows = ask(28, "trend", "change_point", "anomaly", "gap")
    assert rows == [
        {
            "pattern": "trend",
            "kind": "rising",
            "first_day": _day(0),
            "last_day": _day(27),
            "periods": 28,
            "value": "370.00",
            "reference": "100.00",
            "change": "270.00",
            "index": None,
            "slope": 10.0,
            "r_squared": 1.0,
            "score": None,
            "cycles": None,
            "currency": "EUR",
        }
    ]


def test_level_series_has_no_trend(load: Load, ask: Ask) -> None:
    load([100.0] * 28)
    (row,) = ask(28, "trend", "change_point", "anomaly")
    assert (row["kind"], row["slope"], row["r_squared"]) == ("none", 0.0, None)


def test_outlier_is_an_anomaly_and_no_change_of_level(load: Load, ask: Ask) -> None:
    totals = [100.0 + offset % 2 for offset in range(28)]
    totals[12], totals[20] = 400.0, 20.0
    load(totals)
    rows = ask(28, "anomaly", "change_point")
    assert [(row["pattern"], row["kind"], row["first_day"], row["value"]) for row in rows] == [
        ("anomaly", "high", _day(12), "400.00"),
        ("anomaly", "low", _day(20), "20.00"),
    ]
    assert [row["first_day"] for row in ask(28, "anomaly", top=1)] == [_day(12)]
    beyond = abs(rows[1]["score"]) + 0.1
    assert [row["kind"] for row in ask(28, "anomaly", threshold=beyond)] == ["high"]


def test_change_of_level_is_found_on_its_day(load: Load, ask: Ask) -> None:
    load([(100 if offset < 20 else 150) + offset % 2 for offset in range(40)])
    (row,) = ask(40, "change_point")
    assert (row["kind"], row["first_day"], row["last_day"]) == ("up", _day(20), _day(39))
    assert (row["reference"], row["value"], row["change"]) == ("100.50", "150.50", "50.00")
    assert row["periods"] == 20
    assert ask(19, "change_point") == []


def test_every_level_is_told_with_the_one_before(load: Load, ask: Ask) -> None:
    levels = [100] * 15 + [200] * 15 + [50] * 15
    load([level + offset % 2 for offset, level in enumerate(levels)])
    rows = ask(45, "change_point")
    found = [(row["kind"], row["first_day"], row["last_day"], row["periods"]) for row in rows]
    assert found == [("up", _day(15), _day(29), 15), ("down", _day(30), _day(44), 15)]


def test_days_without_orders_are_gaps(load: Load, ask: Ask) -> None:
    load([None, 1, 2, None, None, 4, None, 5, None, None, None])
    rows = ask(11, "gap")
    assert [(row["kind"], row["first_day"], row["last_day"], row["periods"]) for row in rows] == [
        ("after", _day(8), _day(10), 3),
        ("inside", _day(3), _day(4), 2),
        ("before", _day(0), _day(0), 1),
        ("inside", _day(6), _day(6), 1),
    ]
    assert [row["periods"] for row in ask(11, "gap", top=1)] == [3]


def test_series_reaches_from_the_first_to_the_last_day_with_data(load: Load, ask: Ask) -> None:
    load([None, 1, 2, None, 4, None])

    def series(**parameters: object) -> list[tuple[str, str]]:
        rows = ask(6, "series", **parameters)
        return [(row["first_day"], row["value"]) for row in rows]

    whole = [(_day(1), "1.00"), (_day(2), "2.00"), (_day(3), "0"), (_day(4), "4.00")]
    assert series() == whole
    assert series(empty_periods="skip") == [whole[0], whole[1], whole[3]]
    averages = series(measure="average_order_value")
    assert [day for day, _ in averages] == [_day(1), _day(2), _day(4)]


def test_rises_and_falls_in_a_row_are_streaks(load: Load, ask: Ask) -> None:
    load([5, 6, 7, 9, 8, 8, 7, 6, 10, 9])
    rows = ask(10, "streak")
    found = [
        (row["kind"], row["first_day"], row["last_day"], row["periods"], row["change"])
        for row in rows
    ]
    assert found == [
        ("rise", _day(0), _day(3), 4, "4.00"),
        ("fall", _day(5), _day(7), 3, "-2.00"),
    ]


def test_patterns_of_noisy_days_are_those_of_the_textbook(load: Load, ask: Ask) -> None:
    draw = random.Random(7)
    weekly = [1.2, 1.1, 1.0, 1.0, 1.3, 0.5, 0.3]
    totals = [
        round((900 if offset < 70 else 1300) * weekly[offset % 7] + draw.gauss(0, 40), 2)
        for offset in range(120)
    ]
    totals[33] += 900
    load(totals)
    rows = ask(120)
    right = statistics_by_hand.patterns(totals, MONDAY, threshold=3.5)

    (trend,) = _of(rows, "trend")
    assert trend["slope"] == pytest.approx(right.slope, abs=1e-6)
    assert trend["r_squared"] == pytest.approx(right.r_squared, abs=1e-6)
    weekdays = _of(rows, "weekday")
    assert [row["index"] for row in weekdays] == pytest.approx(
        [right.weekday_index[day] for day in range(1, 8)], abs=1e-4
    )
    assert [row["cycles"] for row in weekdays] == [18, 17, 17, 17, 17, 17, 17]
    series = _of(rows, "series")
    assert [float(row["value"]) for row in series] == totals
    assert [float(row["reference"]) for row in series] == pytest.approx(right.expected, abs=0.01)
    assert [row["score"] for row in series] == pytest.approx(right.scores, abs=0.01)
    beyond = {_day(place) for place, score in enumerate(right.scores) if abs(score) > 3.5}
    assert _day(33) in beyond
    assert {row["first_day"] for row in _of(rows, "anomaly")} == beyond
    assert [row["first_day"] for row in _of(rows, "change_point")] == [
        _day(place) for place in right.level_begins
    ]
    assert _day(70) in {row["first_day"] for row in _of(rows, "change_point")}


def test_months_differ_from_the_mean_by_their_index(
    database_url: sales.Conninfos, ask: Ask
) -> None:
    with Rows(database_url) as rows:
        for year in (2023, 2024, 2025):
            for month in range(1, 13):
                _order(rows, date(year, month, 10), 220 if month == 12 else 100)
    found = ask(1, period="month", timeframe="2023-01-01/2025-12-31", as_of="2026-01-01")
    months = {row["kind"]: row for row in _of(found, "month")}
    assert next(iter(months)) == "January"
    assert list(months)[-1] == "December"
    # The mean is 110. Without the slight trend, which December's being last feigns, its index
    # would be exactly 2 and that of the others 10/11.
    assert months["December"]["index"] == pytest.approx(2, abs=0.08)
    assert months["June"]["index"] == pytest.approx(10 / 11, abs=0.08)
    assert {row["cycles"] for row in months.values()} == {3}
    assert _of(found, "anomaly") == []
    assert _of(found, "weekday") == []


def test_only_whole_weeks_and_months_are_looked_at(load: Load, ask: Ask) -> None:
    load([1.0] * 60)  # from 5 January to 5 March
    weeks = ask(60, "series", period="week", timeframe="2026-01-08/2026-02-04")
    assert [(row["first_day"], row["last_day"], row["value"]) for row in weeks] == [
        ("2026-01-12", "2026-01-18", "7.00"),
        ("2026-01-19", "2026-01-25", "7.00"),
        ("2026-01-26", "2026-02-01", "7.00"),
    ]
    months = ask(60, "series", period="month")
    assert [(row["first_day"], row["last_day"], row["value"]) for row in months] == [
        ("2026-02-01", "2026-02-28", "28.00")
    ]


def test_measures_are_those_of_revenue_analysis(database_url: sales.Conninfos, ask: Ask) -> None:
    with Rows(database_url) as rows:
        _order(rows, MONDAY, 100, refunded=30)
        _order(rows, MONDAY, 50, status="refunded")
        _order(rows, MONDAY, 9, status="cancelled")
        _order(rows, MONDAY, 8, status="draft")
        _order(rows, MONDAY, 7, deleted_at="2026-05-01")
        _order(rows, MONDAY, 60, currency="USD")
        _order(rows, MONDAY, 61, currency="USD")

    def value(measure: str, **parameters: object) -> tuple[str, str]:
        (row,) = ask(1, "series", measure=measure, **parameters)
        return row["value"], row["currency"]

    assert value("gross_revenue") == ("150.00", "EUR")
    assert value("net_revenue") == ("70.00", "EUR")
    assert value("orders") == ("2", "EUR")
    assert value("average_order_value") == ("75.00", "EUR")
    assert value("net_revenue", currency="USD") == ("121.00", "USD")
    assert ask(1, "series", source_system="erp") == []


def test_customer_is_new_when_the_first_system_has_it(
    database_url: sales.Conninfos, ask: Ask
) -> None:
    with Rows(database_url) as rows:
        same = {"name": "Acme", "email": "buy@acme.test"}
        rows.add("customers", "crm", "C1", **same, source_created_at=f"{_day(0)}T23:59:00Z")
        rows.add("customers", "erp", "E1", **same, source_created_at=f"{_day(2)}T00:00:00Z")
        rows.add("customers", "crm", "C2", name="Bolt", source_created_at=f"{_day(2)}T08:00:00Z")

    def series(**parameters: object) -> list[tuple[str, str]]:
        rows = ask(3, "series", measure="new_customers", **parameters)
        return [(row["first_day"], row["value"]) for row in rows]

    assert series() == [(_day(0), "1"), (_day(1), "0"), (_day(2), "1")]
    assert series(source_system="erp") == [(_day(2), "1")]


def test_nothing_at_all_is_one_gap(ask: Ask) -> None:
    (row,) = ask(5)
    assert (row["pattern"], row["periods"], row["currency"]) == ("gap", 5, None)


def _of(rows: list[Row], pattern: str) -> list[Row]:
    return [row for row in rows if row["pattern"] == pattern]
