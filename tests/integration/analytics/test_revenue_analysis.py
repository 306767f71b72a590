"""The right answers stand in the table of `small_order_book.py`."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.state import Environment
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.order_book import loaded
from tests.integration.analytics.small_order_book import AS_OF, BOOK

QUARTER = "2026-01-01/2026-03-31"


@pytest.fixture(scope="module")
def ask(environment: Environment, database_template: str) -> Iterator[Any]:
    with loaded(BOOK, environment, database_template) as database:

        def ask(**parameters: object) -> list[Row]:
            asked = {"as_of": AS_OF, "timeframe": QUARTER, **parameters}
            return answer(database, "revenue_analysis", asked)

        yield ask


def _pick(rows: list[Row], *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_month_with_everything_in_it(ask: Any) -> None:
    assert ask(with_units=True)[0] == {
        "period": "2026-01",
        "period_start": "2026-01-01",
        "period_end": "2026-01-31",
        "is_complete": True,
        "value": "(all)",
        "value_id": None,
        "rank": 1,
        "currency": "EUR",
        "orders": 4,
        "customers": 2,
        "units": "9",
        "gross_revenue": "285.00",
        "refunded_revenue": "25.00",
        "net_revenue": "260.00",
        "average_order_value": "71.25",
        "share": 1.0,
        "running_total": "260.00",
        "moving_average": "116.67",
        "growth": 3.333333,
        "growth_on_year": 0.3,
    }


def test_month_without_sales_is_a_row_of_zeros(ask: Any) -> None:
    assert ask(with_units="true")[1] == {
        "period": "2026-02",
        "period_start": "2026-02-01",
        "period_end": "2026-02-28",
        "is_complete": True,
        "value": "(all)",
        "value_id": None,
        "rank": None,
        "currency": "EUR",
        "orders": 0,
        "customers": 0,
        "units": "0",
        "gross_revenue": "0",
        "refunded_revenue": "0",
        "net_revenue": "0",
        "average_order_value": None,
        "share": None,
        "running_total": "260.00",
        "moving_average": "106.67",
        "growth": -1.0,
        "growth_on_year": None,
    }


def test_month_that_is_not_over_is_marked_and_compared_with_none(ask: Any) -> None:
    march = ask(with_units=True)[2]
    assert march == {
        "period": "2026-03",
        "period_start": "2026-03-01",
        "period_end": "2026-03-31",
        "is_complete": False,
        "value": "(all)",
        "value_id": None,
        "rank": 1,
        "currency": "EUR",
        "orders": 2,
        "customers": 2,
        "units": "1",
        "gross_revenue": "120.00",
        "refunded_revenue": "80.00",
        "net_revenue": "40.00",
        "average_order_value": "60.00",
        "share": 1.0,
        "running_total": "300.00",
        "moving_average": None,
        "growth": None,
        "growth_on_year": None,
    }
    assert ask(as_of="2026-03-31")[2]["is_complete"] is True


def test_countries_that_sold_as_much_share_a_rank(ask: Any) -> None:
    rows = _pick(ask(dimension="country"), "period", "value", "rank", "net_revenue", "share")
    assert sorted(rows[:3], key=str) == [
        ("2026-01", "(unknown)", 3, "10.00", 0.038462),
        ("2026-01", "DE", 1, "125.00", 0.480769),
        ("2026-01", "US", 1, "125.00", 0.480769),
    ]
    assert {row[2:] for row in rows[3:6]} == {(None, "0", None)}
    assert rows[6:] == [
        ("2026-03", "DE", 1, "40.00", 1.0),
        ("2026-03", "US", 2, "0.00", 0.0),
        ("2026-03", "(unknown)", None, "0", None),
    ]


def test_only_the_leading_values_are_shown_with_their_part_of_the_whole(ask: Any) -> None:
    rows = _pick(ask(dimension="country", top=1), "value", "rank", "share", "running_total")
    assert rows == [
        ("DE", 1, 0.480769, "125.00"),
        ("DE", None, None, "125.00"),
        ("DE", 1, 1.0, "165.00"),
    ]


def test_categories_add_up_lines_and_bear_their_part_of_a_refund(ask: Any) -> None:
    names = ("value", "orders", "customers", "units", "gross_revenue", "refunded_revenue")
    assert _pick(ask(dimension="category")[:2], *names) == [
        ("Tools", 2, 1, "7", "110.00", "15.00"),
        ("Toys", 2, 1, "2", "30.00", "7.50"),
    ]
    rows = ask(dimension="category", timeframe="2025-06-01/2025-06-30")
    assert _pick(rows, "value", "refunded_revenue", "net_revenue") == [
        ("Toys", "6.67", "13.33"),
        ("Tools", "3.33", "6.67"),
    ]


def test_what_is_known_by_name_is_told_apart_by_id(ask: Any) -> None:
    rows = ask(dimension="product", timeframe="2026-01-01/2026-01-31")
    assert _pick(rows, "value", "gross_revenue") == [
        ("Widget", "50.00"),
        ("Widget", "60.00"),
        ("Gadget", "30.00"),
        ("Gadget", "0"),
    ]
    assert len({row["value_id"] for row in rows}) == 4


def test_customer_of_two_systems_is_one(ask: Any) -> None:
    rows = ask(dimension="customer", timeframe="2026-01-01/2026-01-31")
    assert sorted(_pick(rows, "value", "orders", "customers", "net_revenue")) == [
        ("(unknown)", 1, 0, "10.00"),
        ("Acme", 2, 1, "125.00"),
        ("Bolt", 1, 1, "125.00"),
    ]


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("source_system", {"crm": "250.00", "erp": "50.00"}),
        ("channel", {"web": "75.00", "(unknown)": "225.00"}),
        ("segment", {"enterprise": "165.00", "smb": "125.00", "(unknown)": "10.00"}),
        ("industry", {"Manufacturing": "165.00", "Logistics": "125.00", "(unknown)": "10.00"}),
        ("brand", {"Zed": "95.00", "(unknown)": "62.50"}),
        (
            "status",
            {
                "completed": "75.00",
                "shipped": "50.00",
                "open": "135.00",
                "processing": "40.00",
                "refunded": "0.00",
            },
        ),
    ],
)
def test_revenue_of_a_quarter(ask: Any, dimension: str, expected: dict[str, str]) -> None:
    rows = ask(dimension=dimension, period="quarter")
    assert {row["value"]: row["net_revenue"] for row in rows} == expected
    assert {row["period"] for row in rows} == {"2026-Q1"}


def test_weeks_are_those_of_iso_8601(ask: Any) -> None:
    rows = ask(period="week", timeframe="2025-12-31/2026-01-11")
    names = ("period", "period_start", "period_end", "net_revenue", "growth")
    assert _pick(rows, *names) == [
        ("2026-W01", "2025-12-29", "2026-01-04", "60.00", None),
        ("2026-W02", "2026-01-05", "2026-01-11", "135.00", 1.25),
    ]


def test_year_is_compared_with_the_year_before(ask: Any) -> None:
    rows = ask(period="year", timeframe="2024-06-01/2026-12-31", as_of="2026-12-31")
    names = ("period", "net_revenue", "running_total", "moving_average", "growth", "growth_on_year")
    assert _pick(rows, *names) == [
        ("2024", "0", "0", None, None, None),
        ("2025", "310.00", "310.00", "310.00", None, None),
        ("2026", "4300.00", "4610.00", "2305.00", 12.870968, 12.870968),
    ]


def test_other_states_count_when_they_are_asked_for(ask: Any) -> None:
    assert ask(statuses="cancelled")[0]["gross_revenue"] == "9000.00"
    assert ask(statuses=["draft", "shipped"])[0]["gross_revenue"] == "8050.00"


def test_amounts_of_another_currency_are_never_added(ask: Any) -> None:
    assert _pick(ask(currency="USD"), "currency", "net_revenue") == [
        ("USD", "700.00"),
        ("USD", "0"),
        ("USD", "0"),
    ]
    assert _pick(ask(currency="GBP"), "currency", "net_revenue") == [("GBP", "0")] * 3
    assert ask(currency="GBP", dimension="country") == []


def test_nothing_is_shown_of_the_future(ask: Any) -> None:
    assert ask(timeframe="2026-04-01/2026-05-01") == []
    assert _pick(ask(timeframe="2026-03-01/9999-12-31"), "period") == [("2026-03",)]


def test_calendar_has_a_beginning(ask: Any) -> None:
    rows = ask(period="year", window=366, timeframe="0001-01-01/0003-12-31")
    assert _pick(rows, "period", "period_start", "net_revenue", "moving_average") == [
        ("0001", "0001-01-01", "0", None),
        ("0002", "0002-01-01", "0", None),
        ("0003", "0003-01-01", "0", None),
    ]


def test_leap_day_has_no_day_a_year_before(ask: Any) -> None:
    rows = ask(period="day", timeframe="2 days", as_of="2028-02-29")
    assert _pick(rows, "period", "net_revenue", "growth_on_year") == [
        ("2028-02-28", "0", -1.0),
        ("2028-02-29", "7.00", None),
    ]


def test_week_53_has_no_week_a_year_before(ask: Any) -> None:
    # 2026-W53 begins on 28 December; 52 weeks earlier is 2026-W01, with an order of Bolt
    (row,) = ask(period="week", timeframe="1 week", as_of="2027-01-03")
    assert (row["period"], row["growth_on_year"]) == ("2026-W53", None)
    (row,) = ask(period="week", timeframe="2027-01-04/2027-01-10", as_of="2027-01-10")
    assert (row["period"], row["growth_on_year"]) == ("2027-W01", -1.0)


def test_units_are_counted_where_they_are_asked_for(ask: Any) -> None:
    assert {row["units"] for row in ask()} == {None}
    assert {row["units"] for row in ask(dimension="channel")} == {None}
    assert {row["units"] for row in ask(dimension="brand", period="year")} == {"7", "3"}
