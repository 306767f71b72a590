"""Plans over a data set that is small, but large enough for PostgreSQL to mind.

Sequential scans stay allowed throughout: what is tested is that the planner wants none where an
index should serve.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

import psycopg
import pytest

from benchmarks.sales import Size, fill
from data_pipeline.analytics.catalog import parse
from data_pipeline.migrator.schema import migrate
from local.state import Environment
from tests.integration import databases

LAST_DAY: Final = date(2026, 6, 30)

type Plan = dict[str, Any]
type Explain = Callable[..., list[Plan]]


@pytest.fixture(scope="module")
def explain(environment: Environment, database_template: str) -> Iterator[Explain]:
    database = databases.create(environment, template=database_template)
    try:
        migrate(database.owner)  # rights on a database are not copied with it
        size = Size(customers=6_000, orders=60_000)
        fill(database.owner, size, last_day=LAST_DAY, say=lambda _: None)
        with psycopg.connect(database.reader) as connection:

            def explain(sql: str, **values: object) -> list[Plan]:
                (answer,) = connection.execute(
                    f"EXPLAIN (FORMAT JSON) {sql}".encode(), values
                ).fetchone() or ("",)
                return list(_nodes(answer[0]["Plan"]))

            yield explain
    finally:
        databases.drop(environment, database)


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _scans(plan: list[Plan], table: str) -> set[tuple[str, str]]:
    """How a table is read: kinds of scan, and the index of each."""
    return {
        (node["Node Type"], node.get("Index Name", ""))
        for node in plan
        if node.get("Relation Name") == table
    }


def _default_call(operation: str, **parameters: object) -> tuple[str, dict[str, object]]:
    statement = parse(operation, {"as_of": LAST_DAY.isoformat(), **parameters}).statement()
    return statement.sql, {**statement.values, "row_limit": 1001}


@pytest.mark.parametrize(
    "parameters",
    [{}, {"level": "group"}, {"timeframe": "3 months"}, {"currency": "USD"}],
    ids=json.dumps,
)
def test_customer_analysis_reads_orders_from_an_index_alone(
    explain: Explain, parameters: dict[str, object]
) -> None:
    sql, values = _default_call("customer_analysis", **parameters)
    scans = _scans(explain(sql, **values), "orders")
    assert ("Index Only Scan", "orders_sales") in scans
    assert {kind for kind, _ in scans} == {"Index Only Scan"}


def test_customers_that_are_shown_are_looked_up_one_by_one(explain: Explain) -> None:
    sql = "SELECT name FROM canonical.unified_customers WHERE unified_id = %(id)s"
    plan = explain(sql, id=30)
    assert {kind for kind, _ in _scans(plan, "customers")} == {"Index Scan"}
    assert not any(node["Node Type"] == "Seq Scan" for node in plan)


@pytest.mark.parametrize("table", ["orders", "order_items", "customers", "invoices"])
def test_records_are_counted_without_reading_them(explain: Explain, table: str) -> None:
    plan = explain("SELECT * FROM canonical.record_counts")
    assert {index for _, index in _scans(plan, table)} <= {"", f"{table}_deleted"}
    assert "Seq Scan" not in {kind for kind, _ in _scans(plan, table)}


def test_currency_of_most_orders_is_counted_in_an_index(explain: Explain) -> None:
    sql, values = _default_call("customer_analysis", currency=None)
    counted = [
        node for node in explain(sql, **values) if node.get("Index Name") == "orders_currency"
    ]
    assert [node["Node Type"] for node in counted] == ["Index Only Scan"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("revenue_analysis", {}),
        ("revenue_analysis", {"dimension": "channel", "period": "week"}),
        ("revenue_analysis", {"dimension": "country", "currency": "USD"}),
        ("multi_dimensional_analytics", {}),
        ("multi_dimensional_analytics", {"dimensions": "year,month,status", "mode": "cube"}),
        ("time_series_patterns", {}),
        ("time_series_patterns", {"measure": "orders", "period": "month"}),
    ],
    ids=json.dumps,
)
def test_sales_are_added_up_from_an_index_alone(
    explain: Explain, operation: str, parameters: dict[str, object]
) -> None:
    sql, values = _default_call(operation, **parameters)
    plan = explain(sql, **values)
    assert ("Index Only Scan", "orders_sales") in _scans(plan, "orders")
    assert {kind for kind, _ in _scans(plan, "orders")} == {"Index Only Scan"}
    assert _scans(plan, "order_items") == set()


def test_what_other_systems_say_of_a_sampled_customer_is_looked_up(explain: Explain) -> None:
    sql, values = _default_call("data_integrity_analysis", entity="customers")
    plan = explain(sql, **values)
    read = _scans(plan, "customers") | _scans(plan, "joined_customers")
    assert ("Index Scan", "joined_customers_pkey") in read
    assert "Seq Scan" not in {kind for kind, _ in read}
