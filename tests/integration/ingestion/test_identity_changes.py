"""Who is the same customer after changes, in any order, by several loads at once, in any number."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from random import Random

import psycopg
import pytest

from tests.integration.databases import TestDatabase
from tests.integration.ingestion.conftest import Pipeline
from tests.integration.ingestion.customers import (
    SYSTEMS,
    delete,
    export,
    groups,
    load,
    together,
    workspace_rows,
)
from tests.integration.ingestion.matching import Record, unified

ANNA = "anna@acme.example"
C1 = Record(system="crm", id="C1", name="A", email=ANNA)
E1 = Record(system="erp", id="7", name="B", email=ANNA)

# What joins all of them would make two of the CRM's one: the least trusted key has to go.
SMALL_CASE = (
    Record(system="crm", id="C1", name="Acme", email="a@a.example", phone_key="+49895550101"),
    Record(system="crm", id="C2", name="Bolt", email="b@a.example"),
    Record(system="erp", id="7", name="Acme", phone_key="+49895550101"),
    Record(system="stripe", id="s1", name="X", email="b@a.example", external_ids={"erp": "7"}),
)


@pytest.mark.parametrize("order", list(permutations(range(len(SMALL_CASE)))))
def test_order_of_arrival_does_not_matter(pipeline: Pipeline, order: tuple[int, ...]) -> None:
    for index in order:
        load(pipeline, SMALL_CASE[index])
    assert groups(pipeline) == unified(SMALL_CASE)


def test_customers_part_when_a_key_changes_and_meet_again(pipeline: Pipeline) -> None:
    load(pipeline, C1, E1)
    assert together(pipeline) == [[C1.own_name, E1.own_name]]
    load(pipeline, replace(E1, email="other@acme.example"), at=2)
    assert together(pipeline) == []
    load(pipeline, E1, at=3)
    assert together(pipeline) == [[C1.own_name, E1.own_name]]


def test_key_that_one_gives_up_joins_those_that_it_kept_apart(pipeline: Pipeline) -> None:
    second = replace(C1, id="C2")
    load(pipeline, C1, second, E1)
    assert together(pipeline) == []
    load(pipeline, replace(second, email="new@acme.example"), at=2)
    assert together(pipeline) == [[C1.own_name, E1.own_name]]


def test_agreement_that_ends_parts_them(pipeline: Pipeline) -> None:
    one = Record(system="crm", id="C1", name="Acme", phone_key="+49895550101")
    load(pipeline, one, Record(system="erp", id="7", name="Acme", phone_key="+49895550101"))
    assert len(together(pipeline)) == 1
    load(pipeline, replace(one, name="Bolt"), at=2)
    assert together(pipeline) == []


def test_deleted_customer_is_one_with_none_until_it_comes_back(pipeline: Pipeline) -> None:
    load(pipeline, C1, E1)
    delete(pipeline, C1.own_name)
    assert groups(pipeline) == {frozenset({E1.own_name})}
    load(pipeline, C1, at=3)
    assert together(pipeline) == [[C1.own_name, E1.own_name]]


def test_change_that_nobody_is_told_by_alters_nothing(pipeline: Pipeline) -> None:
    load(pipeline, C1, E1)
    before = pipeline.rows("SELECT xmin, * FROM ingest.joined_customers ORDER BY customer_id")
    pipeline.load([{"id": "C1", "name": "A", "email": ANNA, "industry": "Retail",
                    "updated_at": "2026-01-01T09:00:00Z"}])  # fmt: skip
    after = pipeline.rows("SELECT xmin, * FROM ingest.joined_customers ORDER BY customer_id")
    assert after == before


def world(random: Random, customers: int) -> Iterator[Record]:
    """Customers of whom each key is shared by some others, often by the wrong ones."""
    for system in SYSTEMS:
        for number in range(customers):
            yield changed(Record(system=system, id=f"{number}", name="?"), random, customers)


def changed(record: Record, random: Random, customers: int) -> Record:
    def some(*kinds: str) -> str | None:
        kind = random.choice(kinds)
        return kind.format(random.randrange(customers)) if random.random() < 0.6 else None

    declared = {"crm": some("{}"), "erp": some("{}")} if random.random() < 0.3 else {}
    kept = {"crm": (), "erp": ("crm",), "shopify": (), "stripe": ("crm", "erp")}[record.system]
    return replace(
        record,
        name=some("Company {}", "Firm {} GmbH", "FIRM {}") or "Nameless",
        email=some("p{}@a.example", "p{}@a.example", "info@c{}.example", "noreply@c{}.example"),
        phone_key=some("+49895550{:03}"),
        postal_code=some("80{:03}"),
        country=random.choice(("DE", "FR")),
        external_ids={system: id_ for system in kept if (id_ := declared.get(system))},
    )


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_it_is_as_if_all_had_come_at_once(pipeline: Pipeline, seed: int) -> None:
    random = Random(seed)
    customers = 40
    known = {record.own_name: record for record in world(random, customers)}
    load(pipeline, *known.values())
    assert groups(pipeline) == unified(known.values())
    for at in range(2, 8):
        chosen = random.sample(sorted(known), random.choice((1, 3, 30)))
        known |= {name: changed(known[name], random, customers) for name in chosen}
        load(pipeline, *(known[name] for name in chosen), at=at)
        assert groups(pipeline) == unified(known.values())
    assert workspace_rows(pipeline) == 0


@pytest.mark.parametrize("seed", range(3))
def test_looking_at_all_gives_the_same_as_looking_at_what_changed(
    pipeline: Pipeline, seed: int
) -> None:
    records = list(world(Random(f"all {seed}"), 60))
    load(pipeline, *records)
    pipeline.rows("SELECT ingest.unify_customers(everything => true)")
    assert groups(pipeline) == unified(records)
    pipeline.rows("DELETE FROM ingest.joined_customers RETURNING customer_id")
    pipeline.rows("SELECT ingest.unify_customers(everything => true)")
    assert groups(pipeline) == unified(records)
    assert workspace_rows(pipeline) == 0


def test_many_customers_at_once(pipeline: Pipeline) -> None:
    """More than are looked at one by one."""
    count = 6000
    for system, first in (("crm", 0), ("erp", count // 2)):
        load(pipeline, *(
            Record(system=system, id=f"{number}", name="N", email=f"p{number}@a.example")
            for number in range(first, first + count)
        ))  # fmt: skip
    assert together(pipeline) == sorted(
        [("crm", f"{number}"), ("erp", f"{number}")] for number in range(count // 2, count)
    )


def test_loads_at_the_same_time_see_each_other(
    pipeline: Pipeline, database_url: TestDatabase
) -> None:
    random = Random(7)
    records = list(world(random, 30))
    uploads = []
    for system in SYSTEMS:
        collection = "data" if system == "stripe" else "customers"
        content = [
            export(record, "2026-01-01T01:00:00Z") for record in records if record.system == system
        ]
        uploads.append(pipeline.upload({collection: content}, key=f"{system}-data/at-once.json"))

    def process(created: object) -> None:
        with psycopg.connect(database_url.writer) as connection:
            pipeline.processor.process(connection, created)  # type: ignore[arg-type]

    with ThreadPoolExecutor(len(uploads)) as executor:
        list(executor.map(process, uploads))
    assert groups(pipeline) == unified(records)


def test_reader_may_see_who_is_one_and_who_is_not(
    pipeline: Pipeline, database_url: TestDatabase
) -> None:
    load(pipeline, C1, E1)
    with psycopg.connect(database_url.reader) as reader:
        for view in ("unified_customers", "customer_matches", "identity_conflicts"):
            reader.execute(f"SELECT * FROM canonical.{view}".encode()).fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT ingest.unify_customers()")
