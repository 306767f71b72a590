"""The right answers were counted by hand in these seven customers' attributes.

crm   C1  {"tier": "gold", "tags": ["export", "vip"], "billing": {"terms": "net-30"}}
crm   C2  {"tier": "gold", "tags": ["export"], "score": 95}
crm   C3  {"tier": null, "tags": [], "score": 40}
crm   C4  {"tags": ["export", "export"], "billing": {"terms": "net-60", "limit": 5}}
erp   E1  {"tier": 3, "tax id": "DE1", "lines": [{"sku": "A"}, {"sku": "B"}, {}]}
erp   E2  {}
erp   E3  {"tier": "gold"}, which its source has deleted
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from data_pipeline.analytics import path_predicates
from local.state import Environment
from tests.integration import sales
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.rows import Rows

type Ask = Callable[..., dict[str, Row]]

_ATTRIBUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("crm", "C1"): {"tier": "gold", "tags": ["export", "vip"], "billing": {"terms": "net-30"}},
    ("crm", "C2"): {"tier": "gold", "tags": ["export"], "score": 95},
    ("crm", "C3"): {"tier": None, "tags": [], "score": 40},
    ("crm", "C4"): {"tags": ["export", "export"], "billing": {"terms": "net-60", "limit": 5}},
    ("erp", "E1"): {"tier": 3, "tax id": "DE1", "lines": [{"sku": "A"}, {"sku": "B"}, {}]},
    ("erp", "E2"): {},
}


@pytest.fixture
def ask(database_url: sales.Conninfos) -> Ask:
    with Rows(database_url) as rows:
        for (system, source_id), attributes in _ATTRIBUTES.items():
            rows.add("customers", system, source_id, name=source_id, attributes=Jsonb(attributes))
        rows.add(
            "customers", "erp", "E3", name="E3", attributes=Jsonb({"tier": "gold"}),
            deleted_at="2026-05-01",
        )  # fmt: skip

    def ask(**parameters: object) -> dict[str, Row]:
        found = answer(database_url, "attribute_analysis", parameters)
        assert len({row["path"] for row in found}) == len(found)
        return {row["path"]: row for row in found}

    return ask


def test_every_path_has_its_types_counts_and_rates(ask: Ask) -> None:
    rows = ask()
    assert list(rows) == [
        "$.billing",
        "$.billing.limit",
        "$.billing.terms",
        "$.lines",
        "$.lines[*]",
        "$.score",
        "$.tags",
        "$.tags[*]",
        '$."tax id"',
        "$.tier",
    ]
    assert rows["$.tier"] == {
        "path": "$.tier",
        "depth": 1,
        "types": {"string": 2, "null": 1, "number": 1},
        "records": 4,
        "presence": 0.666667,
        "value_count": 4,
        "null_count": 1,
        "null_rate": 0.25,
        "distinct_count": 2,
        "top_values": [{"value": "gold", "count": 2}, {"value": 3, "count": 1}],
        "examined_records": 6,
        "sample_percent": 100.0,
    }


def test_record_with_several_elements_is_one_record_with_several_values(ask: Ask) -> None:
    row = ask()["$.tags[*]"]
    assert (row["records"], row["value_count"], row["distinct_count"]) == (3, 5, 2)
    assert row["top_values"] == [{"value": "export", "count": 4}, {"value": "vip", "count": 1}]
    row = ask(depth=3)["$.lines[*].sku"]
    assert (row["records"], row["value_count"], row["presence"]) == (1, 2, 0.166667)


def test_depth_says_how_far_down_to_look(ask: Ask) -> None:
    assert {row["depth"] for row in ask(depth=1).values()} == {1}
    assert {row["depth"] for row in ask(depth=3).values()} == {1, 2, 3}


def test_path_is_looked_at_with_what_lies_within(ask: Ask) -> None:
    assert list(ask(path="$.billing")) == ["$.billing", "$.billing.limit", "$.billing.terms"]
    assert list(ask(path="$.billing", depth=1)) == ["$.billing"]
    assert list(ask(path="$.lines[*].sku")) == ["$.lines[*].sku"]
    assert list(ask(path='$["tax id"]')) == ['$."tax id"']
    assert ask(path="$.nothing") == {}


def test_only_records_that_contain_the_object_count(ask: Ask) -> None:
    rows = ask(contains={"tier": "gold"})
    assert {row["examined_records"] for row in rows.values()} == {2}
    assert rows["$.tier"]["presence"] == 1.0
    assert ask(contains={"tags": ["vip"]})["$.tags"]["records"] == 1


@pytest.mark.parametrize(
    ("condition", "records"),
    [
        ("$.score > 50", 1),
        ("$.score > 10", 2),
        ('$.tags[*] == "export"', 3),
        ('$.billing ? (@.terms starts with "net")', 2),
        ("exists($.billing)", 2),
        ('$.tier == "gold" && !($.score > 0)', 1),
        ("$.tier", 3),  # found, and neither null nor false
        ("$.tier == null", 1),
        ("$.tags.size() == 2", 2),
        ('$."tax id" like_regex "^de.*" flag "i"', 1),
    ],
)
def test_only_records_that_match_the_condition_count(
    ask: Ask, condition: str, records: int
) -> None:
    rows = ask(matches=condition)
    assert {row["examined_records"] for row in rows.values()} == {records}


def test_rare_paths_and_further_values_can_be_left_out(ask: Ask) -> None:
    assert list(ask(min_count=3)) == ["$.tags", "$.tags[*]", "$.tier"]
    assert ask(top=1)["$.tier"]["top_values"] == [{"value": "gold", "count": 2}]
    assert ask(top=0)["$.tier"]["top_values"] == []


def test_each_system_and_entity_has_its_own_attributes(ask: Ask) -> None:
    assert list(ask(source_system="erp", depth=1)) == ["$.lines", '$."tax id"', "$.tier"]
    assert ask(entity="orders") == {}


def test_long_values_are_cut(ask: Ask, database_url: sales.Conninfos) -> None:
    with Rows(database_url) as rows:
        note = {"note": "x" * 201, "short": "y" * 200}
        rows.add("products", "crm", "P1", name="P1", attributes=Jsonb(note))
    found = ask(entity="products")
    assert found["$.note"]["top_values"] == [{"value": "x" * 200 + "…", "count": 1}]
    assert found["$.short"]["top_values"] == [{"value": "y" * 200, "count": 1}]


def test_sample_is_marked_the_same_each_time_and_smaller(
    ask: Ask, database_url: sales.Conninfos
) -> None:
    with Rows(database_url) as rows:
        for number in range(200):
            rows.add("products", "crm", f"P{number}", name="P", attributes=Jsonb({"n": number}))
    first = ask(entity="products", sample_percent=50)["$.n"]
    assert first == ask(entity="products", sample_percent=50)["$.n"]
    assert first["sample_percent"] == 50.0
    assert 0 < first["examined_records"] < 200
    assert first["records"] == first["distinct_count"] == first["examined_records"]


_STEPS = st.sampled_from(
    [".a", '."x y"', "[*]", "[0]", "[last]", ".*", ".**", ".size()", ".type()", ".exists", " ? "]
)
_VALUES = st.sampled_from(["1", "-2.5e-3", "1E9", '"\\n\\u00e9"', "true", "null", "01", "1.", "-"])
_PATHS = st.tuples(st.sampled_from("$@"), st.lists(_STEPS, max_size=4)).map(
    lambda parts: parts[0] + "".join(parts[1])
)
_ENDS = st.one_of(
    st.sampled_from([" == ", "!=", "<>", "<", " >= ", " ", " starts with ", " is unknown", "+"]),
    st.sampled_from([' starts with "a"', ' like_regex "^a.*$" flag "i"', ' like_regex "(a"']),
)
_CONDITIONS = st.recursive(
    st.tuples(_PATHS | _VALUES, _ENDS, _PATHS | _VALUES | st.just("")).map("".join),
    lambda inner: (
        st.tuples(inner, st.sampled_from([" && ", "||", " "]), inner).map("".join)
        | st.tuples(st.sampled_from(["(", "!(", "exists(", "! ", "$.b ? ("]), inner).map(
            lambda parts: f"{parts[0]}{parts[1]})"
        )
        | _PATHS.map(lambda path: f"exists({path})")
    ),
    max_leaves=5,
)


@given(conditions=st.lists(_CONDITIONS, min_size=100, max_size=100))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_condition_that_is_accepted_is_one_that_postgresql_understands(
    environment: Environment, conditions: list[str]
) -> None:
    accepted = ["$.a == 1", *filter(_is_accepted, conditions)]
    with psycopg.connect(environment.admin_conninfo(), dbname="postgres") as connection:
        refused = connection.execute(
            "SELECT condition FROM unnest(%s::text[]) AS condition"
            " WHERE NOT pg_input_is_valid(condition, 'jsonpath')",
            [accepted],
        ).fetchall()
    assert refused == []


def _is_accepted(condition: str) -> bool:
    try:
        path_predicates.check(condition)
    except ValueError:
        return False
    return True
