"""Hierarchies worked out by hand, and a dense one by a search of its own.

Group (500 USD only)
├─ North        100.00, and 40.00 in the ERP where it is known as well
│  ├─ Joint      20.00   (belongs to South, too)
│  └─ Fjord       5.00
│     └─ Deep     1.00
└─ South         10.00
   └─ Joint
Ring: A -> B -> C -> A, and Tail below C
"""

from itertools import pairwise
from typing import Any

import psycopg
import pytest

from data_pipeline.analytics.catalog import parse
from tests.integration import sales
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.rows import Rows

_ORDERS = [
    # system, customer, status, currency, total
    ("crm", "north", "completed", "EUR", "100.00"),
    ("erp", "E-north", "shipped", "EUR", "40.00"),
    ("crm", "north", "cancelled", "EUR", "9000.00"),
    ("crm", "group", "completed", "USD", "500.00"),
    ("crm", "joint", "completed", "EUR", "20.00"),
    ("crm", "fjord", None, "EUR", "5.00"),
    ("crm", "deep", "completed", "EUR", "1.00"),
    ("crm", "south", "completed", "EUR", "10.00"),
    ("crm", "south", "refunded", "EUR", "8000.00"),
]
_PARENTS = [
    ("group", "north"),
    ("group", "south"),
    ("north", "joint"),
    ("south", "joint"),
    ("north", "fjord"),
    ("fjord", "deep"),
]
_RING = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "tail")]


@pytest.fixture
def ask(database_url: sales.Conninfos) -> Any:
    with Rows(database_url) as rows:
        for number, name in enumerate(("group", "north", "south", "joint", "fjord", "deep")):
            mail = f"mail{number}@firm.test"
            rows.add("customers", "crm", name, name=name.title(), email=mail)
        rows.add("customers", "erp", "E-north", name="NORTH LTD", email="mail1@firm.test")
        for name in ("a", "b", "c", "tail", "alone"):
            rows.add("customers", "crm", name, name=name)
        rows.add("customers", "crm", "gone", name="Gone", deleted_at="2026-05-01T00:00:00Z")
        for number, (system, customer, status, currency, total) in enumerate(_ORDERS):
            rows.add(
                "orders",
                system,
                f"O{number}",
                customer_source_id=customer,
                status=status,
                ordered_at="2026-02-01T00:00:00Z",
                currency=currency,
                total=total,
            )
        rows.relate("parent_of", [*_PARENTS, *_RING, ("group", "gone"), ("group", "not loaded")])
        rows.relate("refers", [("alone", "group")])

    def ask(**parameters: object) -> list[Row]:
        return answer(database_url, "relationship_analysis", parameters)

    return ask


def _tree(rows: list[Row]) -> list[tuple[str, str, int]]:
    names = {row["id"]: row["name"] for row in rows}
    return [(names[row["root_id"]], row["name"], row["depth"]) for row in rows]


def _by_name(rows: list[Row]) -> dict[str, Row]:
    return {row["name"]: row for row in rows}


def test_trees_stand_below_each_other_the_largest_first(ask: Any) -> None:
    assert _tree(ask()) == [
        ("Group", "Group", 0),
        ("Group", "North", 1),
        ("Group", "Joint", 2),
        ("Group", "Fjord", 2),
        ("Group", "Deep", 3),
        ("Group", "South", 1),
        ("a", "a", 0),
        ("a", "b", 1),
        ("a", "c", 2),
        ("a", "tail", 3),
    ]


def test_revenue_is_rolled_up_over_systems_and_each_record_once(ask: Any) -> None:
    rows = _by_name(ask())
    assert {name: (row["revenue"], row["revenue_with_below"]) for name, row in rows.items()} == {
        "Group": ("0", "176.00"),
        "North": ("140.00", "166.00"),
        "Joint": ("20.00", "20.00"),
        "Fjord": ("5.00", "6.00"),
        "Deep": ("1.00", "1.00"),
        "South": ("10.00", "10.00"),
        "a": ("0", "0"),
        "b": ("0", "0"),
        "c": ("0", "0"),
        "tail": ("0", "0"),
    }
    assert {row["currency"] for row in rows.values()} == {"EUR"}


def test_amounts_of_another_currency_are_never_added(ask: Any) -> None:
    group = _by_name(ask(currency="USD"))["Group"]
    assert (group["revenue"], group["revenue_with_below"]) == ("500.00", "500.00")


def test_record_with_several_parents_stands_below_one_and_says_so(ask: Any) -> None:
    rows = _by_name(ask())
    assert (rows["Joint"]["parents"], rows["Joint"]["parent_id"]) == (2, rows["North"]["id"])
    assert (rows["South"]["children"], rows["South"]["descendants"]) == (1, 0)
    assert (rows["Group"]["children"], rows["Group"]["descendants"]) == (2, 5)
    assert rows["Deep"]["path"] == [
        rows[name]["id"] for name in ("Group", "North", "Fjord", "Deep")
    ]
    assert rows["North"]["source_systems"] == ["crm", "erp"]


def test_ring_ends_and_is_marked_where_it_closes(ask: Any) -> None:
    rows = _by_name(ask())
    assert [name for name, row in rows.items() if row["is_cycle"]] == ["c"]
    assert rows["c"]["cycle_to_id"] == rows["a"]["id"]
    assert _tree(ask(source_id="b")) == [
        ("b", "b", 0),
        ("b", "c", 1),
        ("b", "a", 2),
        ("b", "tail", 2),
    ]


def test_depth_limit_says_what_is_cut_and_which_sums_lack_it(ask: Any) -> None:
    rows = _by_name(ask(source_id="group", max_depth=2))
    assert "Deep" not in rows
    assert [name for name, row in rows.items() if row["is_cut"]] == ["Fjord"]
    assert [name for name, row in rows.items() if row["is_partial"]] == ["Group", "North", "Fjord"]
    assert rows["Group"]["revenue_with_below"] == "175.00"


def test_upwards_from_a_record_are_its_owners(ask: Any) -> None:
    assert _tree(ask(source_id="joint", direction="up")) == [
        ("Joint", "Joint", 0),
        ("Joint", "North", 1),
        ("Joint", "Group", 2),
        ("Joint", "South", 1),
    ]


def test_start_is_found_by_the_id_of_any_record_of_the_customer(ask: Any) -> None:
    north = ask(source_system="erp", source_id="E-north")[0]
    assert north["name"] == "North"
    assert ask(start_id=north["id"])[0] == north
    assert ask(start_id=north["id"], source_system="shopify") == []


def test_record_without_relationships_is_shown_only_when_asked_for(ask: Any) -> None:
    assert _tree(ask(source_id="alone")) == [("alone", "alone", 0)]
    assert ask(source_id="nobody") == []


def test_other_relationships_are_followed_when_asked_for(ask: Any) -> None:
    assert _tree(ask(relationship_type="refers")) == [
        ("alone", "alone", 0),
        ("alone", "Group", 1),
    ]
    assert len(ask(relationship_type="any", source_id="alone")) == 7
    assert ask(relationship_type="contains") == []


def test_relationship_holds_on_its_days_only(ask: Any, database_url: sales.Conninfos) -> None:
    with Rows(database_url) as rows:
        rows.add("customers", "crm", "new", name="New")
        rows.add(
            "relationships",
            "crm",
            "dated",
            relationship_type="parent_of",
            from_entity="customers",
            from_source_system="crm",
            from_source_id="deep",
            to_entity="customers",
            to_source_system="crm",
            to_source_id="new",
            valid_from="2026-01-01",
            valid_to="2026-01-31",
        )
    shown = {day: len(ask(source_id="deep", as_of=day)) for day in ("2025-12-31", "2026-01-31")}
    assert shown == {"2025-12-31": 1, "2026-01-31": 2}
    assert len(ask(source_id="deep", as_of="2026-02-01")) == 1


def test_products_are_worth_the_lines_that_sold_them(
    ask: Any, database_url: sales.Conninfos
) -> None:
    with Rows(database_url) as rows:
        for name in ("kit", "bolt"):
            rows.add("products", "crm", name, name=name)
        rows.relate("contains", [("kit", "bolt")], entity="products")
        for number, (order, product, total) in enumerate(
            [("O0", "kit", "70"), ("O4", "bolt", "3"), ("O2", "bolt", "999")]
        ):
            rows.add(
                "order_items",
                "crm",
                f"L{number}",
                order_source_id=order,
                product_source_id=product,
                currency="EUR",
                total=total,
            )
    kit, bolt = ask(entity="products", relationship_type="contains")
    assert (kit["revenue"], kit["revenue_with_below"], bolt["revenue"]) == ("70", "73", "3")


@pytest.mark.parametrize("limit", [1, 3, 6, 7, 10])
def test_rows_left_out_change_nothing_in_those_before(
    ask: Any, database_url: sales.Conninfos, limit: int
) -> None:
    ask()  # fills the database
    statement = parse("relationship_analysis", {"max_depth": 2}).statement()
    with psycopg.connect(database_url.reader) as connection:

        def rows(most: int | None) -> list[Any]:
            values = {**statement.values, "row_limit": most}
            return connection.execute(statement.sql.encode(), values).fetchall()

        assert rows(limit) == rows(None)[:limit]
        assert len(rows(limit)) == min(limit, len(rows(None)))


def test_dense_graph_is_searched_along_its_shortest_ways(database_url: sales.Conninfos) -> None:
    layers, width = 9, 9
    names = [[f"n{layer}-{place}" for place in range(width)] for layer in range(layers)]
    pairs = [
        (above, below) for upper, lower in pairwise(names) for above in upper for below in lower
    ]
    shortcuts = [("n0-0", "n4-4"), ("n8-8", "n0-0")]
    with Rows(database_url) as rows:
        for layer in names:
            for name in layer:
                rows.add("customers", "crm", name, name=name)
        rows.relate("parent_of", [*pairs, *shortcuts])
    found = answer(database_url, "relationship_analysis", {"source_id": "n0-0", "max_depth": 50})
    assert {row["name"]: row["depth"] for row in found} == _depths([*pairs, *shortcuts], "n0-0")
    assert len(found) == (layers - 1) * width + 1


def _depths(pairs: list[tuple[str, str]], start: str) -> dict[str, int]:
    """Breadth-first: what is nearest comes first."""
    depths = {start: 0}
    waiting = [start]
    for name in waiting:
        for above, below in pairs:
            if above == name and below not in depths:
                depths[below] = depths[name] + 1
                waiting.append(below)
    return depths
