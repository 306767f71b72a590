"""Which record wins, and what stays of those that do not."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.integration.ingestion.conftest import Outcome, Pipeline

CUSTOMER = "SELECT * FROM canonical.customers WHERE source_id = 'C1'"
HISTORY = "SELECT * FROM canonical.entity_history ORDER BY version"


def customer(day: int, **changes: Any) -> dict[str, Any]:
    record = {"id": "C1", "name": "Acme", "updated_at": f"2026-01-{day:02d}T00:00:00Z", "tier": 1}
    return {"customers": [record | changes]}


def loaded(**counts: int) -> Outcome:
    numbers = dict.fromkeys(("inserted", "updated", "unchanged", "stale", "quarantined"), 0)
    numbers |= counts
    return Outcome(status="loaded", read=sum(numbers.values()), error_rule=None, **numbers)


def test_new_record_is_inserted_as_version_one_with_its_file(pipeline: Pipeline) -> None:
    assert pipeline.load(customer(1)) == loaded(inserted=1)
    row = pipeline.row(CUSTOMER)
    assert (row["name"], row["version"], row["attributes"]) == ("Acme", 1, {"tier": 1})
    assert row["file_id"] == pipeline.row("SELECT id FROM ingest.files")["id"]
    assert pipeline.rows(HISTORY) == []


def test_changed_record_is_a_new_version_and_the_old_one_is_history(pipeline: Pipeline) -> None:
    pipeline.load(customer(1))
    before = pipeline.row(CUSTOMER)
    assert pipeline.load(customer(2, name="Acme SA")) == loaded(updated=1)
    after, history = pipeline.row(CUSTOMER), pipeline.row(HISTORY)
    assert (after["name"], after["version"], after["created_at"]) == (
        "Acme SA",
        2,
        before["created_at"],
    )
    assert after["file_id"] > before["file_id"]
    assert (history["entity"], history["id"], history["version"]) == ("customers", before["id"], 1)
    assert (history["data"]["name"], history["file_id"]) == ("Acme", before["file_id"])
    assert (history["valid_from"], history["valid_to"]) == (
        before["updated_at"],
        after["updated_at"],
    )


@pytest.mark.parametrize(
    "changes", [{"tier": 2}, {"industry": "Retail"}, {"external_ids": {"a": 1}}]
)
def test_any_value_makes_a_version(pipeline: Pipeline, changes: dict[str, Any]) -> None:
    pipeline.load(customer(1))
    assert pipeline.load(customer(2, **changes)) == loaded(updated=1)


def test_same_values_are_no_new_version_even_when_written_otherwise(pipeline: Pipeline) -> None:
    pipeline.load(customer(1, annual_revenue={"amount": "1.50", "currency": "EUR"}))
    before = pipeline.row(CUSTOMER)
    again = customer(2, name=" Acme ", annual_revenue={"amount": 1.5, "currency": "EUR"})
    assert pipeline.load(again) == loaded(unchanged=1)
    after = pipeline.row(CUSTOMER)
    for column in ("version", "updated_at", "file_id"):
        assert after[column] == before[column]
    assert pipeline.rows(HISTORY) == []


def test_name_s_key_is_stored_with_the_name(pipeline: Pipeline) -> None:
    pipeline.load(customer(1, name="Acme Tools GmbH"))
    assert pipeline.row(CUSTOMER)["name_key"] == "acme tools"
    pipeline.load(customer(2, name="Acmé Works"))
    assert pipeline.row(CUSTOMER)["name_key"] == "acme works"


def test_missing_key_of_a_name_makes_no_version_and_comes_with_the_next(pipeline: Pipeline) -> None:
    pipeline.load(customer(1))
    pipeline.rows("UPDATE canonical.customers SET name_key = NULL RETURNING id")
    assert pipeline.load(customer(2)) == loaded(unchanged=1)
    assert pipeline.load(customer(3, tier=2)) == loaded(updated=1)
    assert pipeline.row(CUSTOMER)["name_key"] == "acme"


def test_stale_record_changes_nothing(pipeline: Pipeline) -> None:
    pipeline.load(customer(5))
    before = pipeline.row(CUSTOMER)
    assert pipeline.load(customer(4, name="Older")) == loaded(stale=1)
    assert pipeline.row(CUSTOMER) == before


def test_record_from_between_loses_to_one_that_confirmed_the_values(pipeline: Pipeline) -> None:
    pipeline.load(customer(1))
    pipeline.load(customer(9))
    assert pipeline.load(customer(5, name="Between")) == loaded(stale=1)
    assert pipeline.row(CUSTOMER)["name"] == "Acme"


def test_of_records_without_a_time_the_object_modified_last_wins(pipeline: Pipeline) -> None:
    older = pipeline.upload({"customers": [{"id": "C1", "name": "Older"}]})
    time.sleep(1.1)  # S3 says when an object was modified to the second
    newer = pipeline.upload({"customers": [{"id": "C1", "name": "Newer"}]})
    assert pipeline.process(newer) == loaded(inserted=1)
    assert pipeline.process(older) == loaded(stale=1)
    assert pipeline.row(CUSTOMER)["name"] == "Newer"


def test_events_in_any_order_end_in_the_same_state(pipeline: Pipeline) -> None:
    objects = [pipeline.upload(customer(day, name=f"Day {day}")) for day in (1, 2, 3)]
    for index in (2, 0, 1):
        pipeline.process(objects[index])
    row = pipeline.row(CUSTOMER)
    assert (row["name"], row["version"]) == ("Day 3", 1)


def test_of_a_key_twice_in_a_file_the_newer_record_wins(pipeline: Pipeline) -> None:
    records = [*customer(3, name="New")["customers"], *customer(2, name="Old")["customers"]]
    assert pipeline.load({"customers": records}) == loaded(inserted=1, stale=1)
    assert pipeline.row(CUSTOMER)["name"] == "New"


def test_of_equals_in_a_file_the_last_wins(pipeline: Pipeline) -> None:
    records = [*customer(3, name="First")["customers"], *customer(3, name="Last")["customers"]]
    assert pipeline.load({"customers": records}) == loaded(inserted=1, stale=1)
    assert pipeline.row(CUSTOMER)["name"] == "Last"


def test_deletion_is_a_mark_that_keeps_the_values(pipeline: Pipeline) -> None:
    pipeline.load(customer(1))
    deletion = {"id": "C1", "deleted": True, "updated_at": "2026-01-02T00:00:00Z"}
    assert pipeline.load({"customers": [deletion]}) == loaded(updated=1)
    row = pipeline.row(CUSTOMER)
    assert (row["name"], row["version"]) == ("Acme", 2)
    assert row["deleted_at"].isoformat() == "2026-01-02T00:00:00+00:00"
    assert pipeline.rows("SELECT * FROM canonical.current_customers") == []
    assert pipeline.row(HISTORY)["data"]["deleted_at"] is None


def test_deletion_again_changes_nothing(pipeline: Pipeline) -> None:
    deletion = {"id": "C1", "deleted": True}
    assert pipeline.load({"customers": [deletion]}) == loaded(inserted=1)
    pipeline.let_a_second_pass()
    assert pipeline.load({"customers": [deletion]}) == loaded(unchanged=1)


def test_newer_record_brings_a_deleted_one_back_and_an_older_one_does_not(
    pipeline: Pipeline,
) -> None:
    deletion = {"id": "C1", "deleted": True, "updated_at": "2026-01-05T00:00:00Z"}
    pipeline.load({"customers": [deletion]})
    assert pipeline.load(customer(4)) == loaded(stale=1)
    assert pipeline.load(customer(6)) == loaded(updated=1)
    assert pipeline.row("SELECT name FROM canonical.current_customers") == {"name": "Acme"}


def test_any_past_state_can_be_read(pipeline: Pipeline) -> None:
    names = ("One", "Two", "Three")
    moments = []
    for day, name in enumerate(names, start=1):
        pipeline.load(customer(day, name=name))
        moments.append(pipeline.row("SELECT clock_timestamp() AS now")["now"])
    as_of = """
        SELECT data ->> 'name' AS name FROM canonical.entity_versions
        WHERE entity = 'customers'
            AND valid_from <= %(time)s AND (valid_to IS NULL OR %(time)s < valid_to)
    """.replace("%(time)s", "%s")
    assert [pipeline.row(as_of, moment, moment)["name"] for moment in moments] == list(names)


def test_two_loads_of_the_same_records_at_once_lose_nothing(pipeline: Pipeline) -> None:
    """The second begins before the first commits, waits for it, and compares with its values."""
    records = [{"id": f"C{number}", "name": "A"} for number in range(50)]
    pipeline.load({"customers": records})
    first = pipeline.upload({"customers": [record | {"name": "B"} for record in records]})
    second = pipeline.upload({"customers": [record | {"name": "C"} for record in records[::-1]]})
    other = psycopg.connect(pipeline.writer.info.dsn, password=pipeline.writer.info.password)
    with other, ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(pipeline.processor.process, connection, created)
            for connection, created in ((pipeline.writer, first), (other, second))
        ]
        for run in runs:
            run.result()
    outcomes = pipeline.rows("SELECT status, records_updated, records_stale FROM ingest.files")
    assert {row["status"] for row in outcomes} == {"loaded"}
    assert len(pipeline.rows("SELECT DISTINCT name FROM canonical.customers")) == 1
    versions = pipeline.row("SELECT sum(version)::int AS all_versions FROM canonical.customers")
    history = pipeline.row("SELECT count(*)::int AS ended FROM canonical.entity_history")
    assert versions["all_versions"] == 50 + history["ended"]
