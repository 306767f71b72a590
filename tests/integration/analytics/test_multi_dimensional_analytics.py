"""The right answers stand in the table of `small_order_book.py`."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.state import Environment
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.order_book import loaded
from tests.integration.analytics.small_order_book import AS_OF, BOOK


@pytest.fixture(scope="module")
def ask(environment: Environment, database_template: str) -> Iterator[Any]:
    with loaded(BOOK, environment, database_template) as database:

        def ask(**parameters: object) -> list[Row]:
            asked = {"as_of": AS_OF, "timeframe": "2026-01-01/2026-03-31", **parameters}
            return answer(database, "multi_dimensional_analytics", asked)

        yield ask


def _pick(rows: list[Row], *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_rollup_sums_up_countries_and_then_systems(ask: Any) -> None:
    names = ("source_system", "country", "net_revenue", "orders", "customers")
    rows = sorted(_pick(ask(), *names, "average_order_value"), key=str)
    assert rows == [
        ("crm", "(unknown)", "10.00", 1, 0, "10.00"),
        ("crm", "DE", "115.00", 2, 1, "70.00"),
        ("crm", "US", "125.00", 2, 1, "102.50"),
        ("crm", None, "250.00", 5, 2, "71.00"),
        ("erp", "DE", "50.00", 1, 1, "50.00"),
        ("erp", None, "50.00", 1, 1, "50.00"),
        (None, None, "300.00", 6, 2, "67.50"),
    ]


def test_subtotals_come_after_their_parts_and_say_what_they_sum_up(ask: Any) -> None:
    names = ("source_system", "level", "grouping_id", "all_dimensions", "currency")
    assert _pick(ask(), *names) == [
        ("crm", 0, 0, [], "EUR"),
        ("crm", 0, 0, [], "EUR"),
        ("crm", 0, 0, [], "EUR"),
        ("crm", 1, 1, ["country"], "EUR"),
        ("erp", 0, 0, [], "EUR"),
        ("erp", 1, 1, ["country"], "EUR"),
        (None, 2, 3, ["source_system", "country"], "EUR"),
    ]


def test_cube_sums_up_every_combination(ask: Any) -> None:
    rows = ask(mode="cube", metrics="orders,customers")
    by_country = [row for row in rows if row["grouping_id"] == 2]
    names = ("country", "orders", "customers", "all_dimensions")
    assert sorted(_pick(by_country, *names)) == [
        ("(unknown)", 1, 0, ["source_system"]),
        ("DE", 3, 1, ["source_system"]),
        ("US", 2, 1, ["source_system"]),
    ]
    assert len(rows) == 7 + 3


def test_group_by_has_no_subtotals(ask: Any) -> None:
    assert {row["level"] for row in ask(mode="group_by")} == {0}


def test_grouping_sets_are_those_that_are_named(ask: Any) -> None:
    given = {"mode": "grouping_sets", "metrics": "orders"}
    rows = ask(**given, grouping_sets="country;source_system,country")
    assert {row["grouping_id"] for row in rows} == {0, 2}
    rows = ask(**given, grouping_sets=[["source_system", "country"], []])
    assert {row["grouping_id"] for row in rows} == {0, 3}
    assert {row["grouping_id"] for row in ask(**given)} == {1, 2, 3}


def test_only_metrics_asked_for_are_given_in_their_order(ask: Any) -> None:
    (row,) = ask(dimensions="year", mode="group_by", metrics="units,gross_revenue")
    known = ["currency", "level", "grouping_id", "all_dimensions"]
    assert list(row) == ["year", "units", "gross_revenue", *known]


def test_every_metric_of_the_whole(ask: Any) -> None:
    metrics = [
        *("net_revenue", "gross_revenue", "refunded_revenue", "orders", "customers", "units"),
        *("items", "average_order_value", "items_per_order", "units_per_order"),
        *("orders_per_customer", "revenue_per_customer"),
    ]
    given = {"mode": "grouping_sets", "metrics": metrics}
    (whole,) = [row for row in ask(dimensions="channel", **given) if row["channel"] is None]
    assert _pick([whole], *metrics) == [
        ("300.00", "405.00", "105.00", 6, 2, "10", 5, "67.50", 0.83, 1.67, 3.0, "150.00")
    ]
    (whole,) = [row for row in ask(dimensions="brand", **given) if row["brand"] is None]
    assert _pick([whole], *metrics) == [
        ("157.50", "180.00", "22.50", 3, 1, "10", 5, "60.00", 1.67, 3.33, 3.0, "157.50")
    ]


def test_order_with_lines_of_two_categories_is_one_order_in_their_sum(ask: Any) -> None:
    rows = ask(dimensions="source_system,category", metrics="orders,items,gross_revenue")
    found = _pick(rows, "source_system", "category", "orders", "items", "gross_revenue")
    assert sorted(found, key=str) == [
        ("crm", "(unknown)", 1, 1, "40.00"),
        ("crm", "Tools", 1, 1, "60.00"),
        ("crm", "Toys", 1, 1, "30.00"),
        ("crm", None, 2, 3, "130.00"),
        ("erp", "Tools", 1, 1, "50.00"),
        ("erp", "Toys", 1, 1, "0"),
        ("erp", None, 1, 2, "50.00"),
        (None, None, 3, 5, "180.00"),
    ]


def test_periods_are_nested_and_weeks_are_those_of_iso_8601(ask: Any) -> None:
    rows = ask(
        dimensions="year,quarter,month,week",
        mode="group_by",
        metrics="orders",
        timeframe="2025-12-31/2026-01-31",
    )
    assert _pick(rows, "year", "quarter", "month", "week", "orders") == [
        (2025, "2025-Q4", "2025-12", "2026-W01", 1),
        (2026, "2026-Q1", "2026-01", "2026-W02", 2),
        (2026, "2026-Q1", "2026-01", "2026-W05", 2),
    ]
    rows = ask(dimensions="weekday", mode="group_by", metrics="orders")
    assert _pick(rows, "weekday", "orders") == [(1, 1), (6, 3), (7, 2)]


def test_small_groups_are_left_out_and_subtotals_stay(ask: Any) -> None:
    names = ("country", "orders")
    rows = _pick(ask(dimensions="country", min_orders=2), *names)
    assert rows == [("DE", 3), ("US", 2), (None, 6)]
    rows = _pick(ask(dimensions="country", min_revenue="125.01"), *names)
    assert rows == [("DE", 3), (None, 6)]


def test_groups_are_ordered_within_their_level(ask: Any) -> None:
    given = {"dimensions": "country", "metrics": "net_revenue", "order_by": "orders"}
    rows = _pick(ask(**given), "country", "net_revenue")
    assert rows == [("DE", "165.00"), ("US", "125.00"), ("(unknown)", "10.00"), (None, "300.00")]
    rows = _pick(ask(**given, direction="asc"), "country")
    assert rows == [("(unknown)",), ("US",), ("DE",), (None,)]


def test_amounts_of_another_currency_are_never_added(ask: Any) -> None:
    rows = ask(currency="USD", dimensions="country", mode="group_by", metrics="gross_revenue")
    assert _pick(rows, "country", "gross_revenue", "currency") == [("US", "700.00", "USD")]
    assert ask(currency="GBP") == []


def test_other_states_count_when_they_are_asked_for(ask: Any) -> None:
    rows = ask(dimensions="status", mode="group_by", metrics="orders", statuses="draft,cancelled")
    assert _pick(rows, "status", "orders") == [("cancelled", 1), ("draft", 1)]


def test_nothing_is_shown_of_the_future(ask: Any) -> None:
    assert ask(timeframe="2026-03-16/2026-05-01") == []
    (row,) = ask(timeframe="2026-03-02/2026-05-01", dimensions="month", mode="group_by")
    assert row["orders"] == 1
