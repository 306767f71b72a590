"""The right answers stand in the table of `tests/integration/sales.py`."""

import json
from typing import Any

import psycopg
import pytest

from data_pipeline.analytics import query
from data_pipeline.analytics.catalog import parse
from data_pipeline.analytics.snapshot import snapshot
from tests.integration import sales

type Row = dict[str, Any]


@pytest.fixture
def ask(database_url: sales.Conninfos) -> Any:
    sales.load(database_url.owner)

    def ask(**parameters: object) -> list[Row]:
        question = parse("customer_analysis", {"as_of": sales.AS_OF, **parameters})
        with (
            psycopg.connect(database_url.reader) as connection,
            snapshot(connection, application_name="test", timeout_seconds=10) as state,
        ):
            result = query.read(question, connection).result(dataset_version=state.version)
        rows: list[Row] = json.loads(bytes(result.rows))
        return rows

    return ask


def _by_name(rows: list[Row]) -> dict[str, Row]:
    assert len({row["name"] for row in rows}) == len(rows)
    return {row["name"]: row for row in rows}


def test_customer_known_to_two_systems_is_one_customer_with_the_orders_of_both(ask: Any) -> None:
    acme = _by_name(ask())["Acme"]
    assert acme == {
        "customer_group": "Manufacturing",
        "rank": 1,
        "customer_id": acme["customer_id"],
        "name": "Acme",
        "industry": "Manufacturing",
        "segment": "enterprise",
        "country": "DE",
        "source_systems": ["crm", "erp"],
        "currency": "EUR",
        "lifetime_value": "400.00",
        "order_count": 2,
        "average_order_value": "200.00",
        "recency_days": 111,
        "purchase_interval_days": 60.0,
        "first_order_on": "2026-01-10",
        "last_order_on": "2026-03-11",
        "share": 0.726612,
        "quartile": 1,
        "group_size": 2,
    }


def test_customers_are_ranked_within_their_group(ask: Any) -> None:
    rows = [(row["customer_group"], row["rank"], row["name"], row["share"]) for row in ask()]
    assert rows == [
        ("(unknown)", 1, "Delta", None),
        ("Logistics", 1, "Cargo", 1.0),
        ("Manufacturing", 1, "Acme", 0.726612),
        ("Manufacturing", 2, "Bolt", 0.273388),
    ]


def test_fewer_days_rank_higher_and_who_never_bought_has_no_rank(ask: Any) -> None:
    rows = _by_name(ask(metric="purchase_interval_days"))
    assert (rows["Bolt"]["rank"], rows["Acme"]["rank"]) == (1, 2)
    rows = _by_name(ask(metric="recency_days"))
    assert (rows["Acme"]["rank"], rows["Bolt"]["rank"]) == (1, 2)
    assert rows["Delta"]["rank"] is None
    assert rows["Delta"]["quartile"] is None
    assert rows["Delta"]["lifetime_value"] == "0"


def test_customers_without_a_value_take_no_quartile_from_the_others(ask: Any) -> None:
    rows = _by_name(ask(metric="average_order_value", group_by="segment"))
    assert (rows["Cargo"]["rank"], rows["Bolt"]["rank"]) == (1, 2)
    assert (rows["Cargo"]["quartile"], rows["Bolt"]["quartile"]) == (1, 2)


def test_each_system_counts_its_own_orders(ask: Any) -> None:
    rows = ask(group_by="source_system")
    values = {(row["customer_group"], row["name"]): row["lifetime_value"] for row in rows}
    assert values == {
        ("crm", "Acme"): "100.00",
        ("crm", "Bolt"): "150.50",
        ("crm", "Cargo"): "80.00",
        ("crm", "Delta"): "0",
        ("erp", "Acme"): "300.00",
    }


def test_amounts_of_another_currency_are_never_added(ask: Any) -> None:
    rows = _by_name(ask(currency="USD"))
    assert {name: row["lifetime_value"] for name, row in rows.items()} == {
        "Acme": "0",
        "Bolt": "0",
        "Cargo": "70.00",
        "Delta": "0",
    }
    assert {row["currency"] for row in rows.values()} == {"USD"}


def test_only_orders_of_the_timeframe_count(ask: Any) -> None:
    rows = _by_name(ask(timeframe="2026-01-10/2026-02-01"))
    assert rows["Acme"]["lifetime_value"] == "100.00"
    assert rows["Bolt"]["lifetime_value"] == "100.00"
    rows = _by_name(ask(timeframe="2026-02-02/2026-03-10"))
    assert rows["Acme"]["lifetime_value"] == "0"
    assert rows["Bolt"]["lifetime_value"] == "50.50"


def test_nothing_after_the_day_looked_back_from_counts(ask: Any) -> None:
    assert _by_name(ask())["Acme"]["lifetime_value"] == "400.00"
    assert _by_name(ask(as_of="2026-07-01"))["Acme"]["lifetime_value"] == "4400.00"
    assert _by_name(ask(timeframe="2026-01-01/2026-12-31"))["Acme"]["lifetime_value"] == "400.00"


def test_small_groups_and_small_customers_are_left_out_without_changing_shares(ask: Any) -> None:
    rows = _by_name(ask(min_group_size=2))
    assert set(rows) == {"Acme", "Bolt"}
    rows = _by_name(ask(min_value="100"))
    assert set(rows) == {"Acme", "Bolt"}
    rows = _by_name(ask(min_value="150.51"))
    assert set(rows) == {"Acme"}
    assert rows["Acme"]["share"] == 0.726612
    assert set(_by_name(ask(metric="recency_days", min_value="121"))) == {"Bolt", "Cargo"}


def test_group_level_sums_up_each_group(ask: Any) -> None:
    rows = {row["customer_group"]: row for row in ask(level="group")}
    assert rows["Manufacturing"] == {
        "customer_group": "Manufacturing",
        "rank": 1,
        "customers": 2,
        "buying_customers": 2,
        "currency": "EUR",
        "lifetime_value": "550.50",
        "order_count": 4,
        "average_order_value": "137.63",
        "median_lifetime_value": "150.50",
        "recency_days": 125.0,
        "purchase_interval_days": 35.0,
        "first_order_on": "2026-01-10",
        "last_order_on": "2026-03-11",
        "share": 0.873117,
    }
    assert [rows["Logistics"][name] for name in ("rank", "share")] == [2, 0.126883]
    assert [rows["(unknown)"][name] for name in ("rank", "customers", "buying_customers")] == [
        3,
        1,
        0,
    ]


def test_groups_below_the_least_value_are_left_out(ask: Any) -> None:
    rows = ask(level="group", min_value="80")
    assert [row["customer_group"] for row in rows] == ["Manufacturing", "Logistics"]
    rows = ask(level="group", min_group_size=2)
    assert [row["customer_group"] for row in rows] == ["Manufacturing"]
    assert rows[0]["share"] == 1.0


@pytest.mark.parametrize("metric", ["average_order_value", "recency_days"])
def test_share_is_given_only_of_what_can_be_added(ask: Any, metric: str) -> None:
    assert {row["share"] for row in ask(metric=metric)} == {None}
    assert {row["share"] for row in ask(metric=metric, level="group")} == {None}
