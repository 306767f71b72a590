"""One customer that was created, moved, deleted and brought back, beside others that were not.

version  from        what the pipeline held of CRM-1
1        2026-01-01  Acme in DE, tier gold, score 5
2        2026-02-01  Acme in FR, tier silver, no score, seats 3
3        2026-03-01  deleted
4        2026-04-01  Acme Ltd in FR, as in version 2 otherwise
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from data_pipeline.analytics.catalog import parse
from tests.integration import sales
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.rows import Rows

type Ask = Callable[..., list[Row]]

_HISTORY = """
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT 'customers', id, %(version)s, %(begin)s, %(end)s,
        to_jsonb(customers) || %(data)s, %(file_id)s
    FROM canonical.customers
    WHERE id = %(id)s
"""


@pytest.fixture
def acme(database_url: sales.Conninfos) -> int:
    """The id of the customer that changed."""
    before: list[dict[str, Any]] = [
        {"name": "Acme", "country": "DE", "attributes": {"tier": "gold", "score": 5}},
        {"name": "Acme"},
        {"name": "Acme", "deleted_at": "2026-03-01T00:00:00+00:00"},
    ]
    with Rows(database_url) as rows:
        acme = rows.add(
            "customers",
            "crm",
            "CRM-1",
            name="Acme Ltd",
            country="FR",
            attributes=Jsonb({"tier": "silver", "seats": 3}),
            version=4,
            updated_at="2026-04-01T00:00:00Z",
            source_updated_at="2026-03-31T22:00:00Z",
        )
        for version, data in enumerate(before, start=1):
            period = {"begin": f"2026-0{version}-01", "end": f"2026-0{version + 1}-01"}
            record = {"source_updated_at": f"2026-0{version}-01T00:00:00+00:00", **data}
            rows.connection.execute(
                _HISTORY,
                {
                    "version": version, **period, "data": Jsonb(record),
                    "file_id": rows.file_id, "id": acme,
                },
            )  # fmt: skip
        always = {"updated_at": "2026-01-15T00:00:00Z"}
        rows.add("customers", "erp", "ERP-1", name="Bolt", country="DE", **always)
        rows.add("customers", "crm", "CRM-2", name="Cargo", **always)
        rows.add("customers", "crm", "CRM-3", name="Ghost", deleted_at="2026-01-15", **always)
    return acme


@pytest.fixture
def ask(database_url: sales.Conninfos) -> Ask:
    def ask(**parameters: object) -> list[Row]:
        return answer(database_url, "entity_history", parameters)

    return ask


def test_versions_say_what_changed_when_and_from_which_file(ask: Ask, acme: int) -> None:
    rows = ask(id=acme)
    assert [
        (row["version"], row["valid_from"], row["valid_to"], row["event"], row["changes"])
        for row in rows
    ] == [
        (1, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "created", None),
        (
            2,
            "2026-02-01T00:00:00Z",
            "2026-03-01T00:00:00Z",
            "updated",
            {
                "country": {"from": "DE", "to": "FR"},
                "attributes.tier": {"from": "gold", "to": "silver"},
                "attributes.score": {"from": 5, "to": None},
                "attributes.seats": {"from": None, "to": 3},
            },
        ),
        (
            3,
            "2026-03-01T00:00:00Z",
            "2026-04-01T00:00:00Z",
            "deleted",
            {"deleted_at": {"from": None, "to": "2026-03-01T00:00:00+00:00"}},
        ),
        (
            4,
            "2026-04-01T00:00:00Z",
            None,
            "restored",
            {
                "name": {"from": "Acme", "to": "Acme Ltd"},
                "deleted_at": {"from": "2026-03-01T00:00:00+00:00", "to": None},
            },
        ),
    ]
    assert {row["file"] for row in rows} == {"crm-data/rows.json"}
    assert {(row["source_system"], row["source_id"]) for row in rows} == {("crm", "CRM-1")}
    assert rows[0]["source_updated_at"] == "2026-01-01T00:00:00Z"
    assert rows[3]["source_updated_at"] == "2026-03-31T22:00:00Z"
    assert all(row["loaded_at"] for row in rows)


def test_data_are_the_record_and_not_the_row(ask: Ask, acme: int) -> None:
    data = ask(id=acme)[0]["data"]
    assert (data["name"], data["country"]) == ("Acme", "DE")
    assert data["attributes"] == {"tier": "gold", "score": 5}
    assert not {"id", "version", "file_id", "object_version_id", "email_key", "updated_at"} & set(
        data
    )


def test_record_is_found_by_the_id_that_its_source_gave_it(ask: Ask, acme: int) -> None:
    assert ask(source_system="crm", source_id="CRM-1") == ask(id=acme)
    assert ask(source_system="erp", source_id="CRM-1") == []


def test_one_version_can_be_asked_for_by_time_or_by_what_it_has(ask: Ask, acme: int) -> None:
    assert [row["version"] for row in ask(id=acme, as_of="2026-02-15")] == [2]
    assert [row["version"] for row in ask(id=acme, as_of="2026-02-01T00:00:00Z")] == [2]
    assert [row["version"] for row in ask(id=acme, as_of="2026-02-01T00:59:59+01:00")] == [1]
    assert ask(id=acme, as_of="2025-12-31") == []
    assert [row["version"] for row in ask(id=acme, contains={"country": "DE"})] == [1]


@pytest.mark.parametrize(
    ("as_of", "names"),
    [
        ("2025-12-31", []),
        ("2026-01-10", [("CRM-1", "Acme")]),
        ("2026-02-10", [("CRM-1", "Acme"), ("ERP-1", "Bolt"), ("CRM-2", "Cargo")]),
        ("2026-03-10", [("ERP-1", "Bolt"), ("CRM-2", "Cargo")]),
        ("2026-05-01", [("CRM-1", "Acme Ltd"), ("ERP-1", "Bolt"), ("CRM-2", "Cargo")]),
        (None, [("CRM-1", "Acme Ltd"), ("ERP-1", "Bolt"), ("CRM-2", "Cargo")]),
    ],
)
@pytest.mark.usefixtures("acme")
def test_data_as_of_a_time_are_what_was_held_then(
    ask: Ask, as_of: str | None, names: list[tuple[str, str]]
) -> None:
    rows = ask(as_of=as_of)
    assert [(row["source_id"], row["data"]["name"]) for row in rows] == names
    assert all(row["changes"] is None for row in rows)


@pytest.mark.usefixtures("acme")
def test_records_of_then_can_be_filtered(ask: Ask) -> None:
    def found(**parameters: object) -> list[str]:
        return [row["source_id"] for row in ask(**parameters)]

    assert found(as_of="2026-01-20", contains={"country": "DE"}) == ["CRM-1", "ERP-1"]
    assert found(contains={"country": "DE"}) == ["ERP-1"]
    assert found(contains={"attributes": {"seats": 3}, "country": "FR"}) == ["CRM-1"]
    assert found(source_system="crm") == ["CRM-1", "CRM-2"]
    assert found(as_of="2026-03-10", source_system="crm") == ["CRM-2"]
    assert found(as_of="2026-03-10", source_system="crm", include_deleted=True) == [
        "CRM-1",
        "CRM-2",
        "CRM-3",
    ]
    assert found(entity="orders") == []


@pytest.mark.usefixtures("acme")
def test_page_follows_page(ask: Ask) -> None:
    everything = ask(as_of="2026-02-10")
    pages, after = [], 0
    while page := ask(as_of="2026-02-10", limit=2, after_id=after):
        pages.append(page)
        after = page[-1]["id"]
    assert [len(page) for page in pages] == [2, 1]
    assert [row for page in pages for row in page] == everything


_MANY = """
    INSERT INTO canonical.orders (source_system, source_id, ordered_at, version, file_id,
        updated_at, source_updated_at, object_modified_at, object_version_id)
    SELECT 'crm', 'O' || number, '2026-01-01', 2, %(file_id)s, '2026-02-01', '2026-01-01', now(), ''
    FROM generate_series(1, 20000) AS number
"""
_MANY_ENDED = """
    INSERT INTO canonical.entity_history
        (entity, id, version, valid_from, valid_to, data, file_id)
    SELECT 'orders', id, 1, '2026-01-01', '2026-02-01', to_jsonb(orders), file_id
    FROM canonical.orders
"""


@pytest.mark.parametrize(
    "parameters",
    [
        {"id": 17},
        {"source_system": "crm", "source_id": "O17"},
        {},
        {"as_of": "2026-03-01"},
        {"as_of": "2026-03-01", "after_id": 10_000},
    ],
    ids=str,
)
def test_no_table_is_read_whole(
    database_url: sales.Conninfos, parameters: dict[str, object]
) -> None:
    with Rows(database_url) as rows:
        rows.connection.execute(_MANY, {"file_id": rows.file_id})
        rows.connection.execute(_MANY_ENDED)
    with psycopg.connect(database_url.owner) as connection:
        connection.execute("ANALYZE canonical.orders, canonical.entity_history")
    statement = parse("entity_history", {"entity": "orders", **parameters}).statement()
    with psycopg.connect(database_url.reader) as connection:
        plan = connection.execute(
            f"EXPLAIN {statement.sql}".encode(), {**statement.values, "row_limit": 101}
        ).fetchall()
    lines = [line for (line,) in plan]
    assert [line for line in lines if "Seq Scan on" in line and "on files" not in line] == []
    assert any("Index Scan" in line and "orders" in line for line in lines)
