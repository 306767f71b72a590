"""Files that no system should export: each is loaded, quarantined or refused, and none is in the
way of the next.
"""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from data_pipeline.ingestion.events import ObjectCreated
from local.state import Environment
from tests.integration import function_environment
from tests.integration.ingestion.bad_input import (
    GOOD,
    LINES,
    MEBIBYTE,
    REFUSED,
    array,
    between_good_ones,
    long_line,
)
from tests.integration.ingestion.conftest import Pipeline

NEXT = [{"id": "next", "name": "The next file"}]
CUSTOMERS = "SELECT * FROM canonical.customers ORDER BY source_id"
QUARANTINE = "SELECT * FROM ingest.quarantine ORDER BY position, id"
LEFTOVERS = """
    SELECT (SELECT count(*) FROM ingest.staged_customers)
        + (SELECT count(*) FROM ingest.staged_contacts)
        + (SELECT count(*) FROM ingest.staged_relationships)
        + (SELECT count(*) FROM ingest.files WHERE status = 'loading') AS rows
"""


@pytest.fixture(autouse=True)
def _next_file_is_loaded(pipeline: Pipeline) -> Iterator[None]:
    """Whatever a test uploads, nothing of it is left half done and the next file is loaded."""
    yield
    assert pipeline.row(LEFTOVERS)["rows"] == 0
    outcome = pipeline.load(NEXT, key="crm-data/next.json")
    assert (outcome.status, outcome.inserted) == ("loaded", 1)


@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused_with_an_alert_and_nothing_of_it_is_loaded(
    pipeline: Pipeline, name: str
) -> None:
    file, content, rule = REFUSED[name]
    outcome = pipeline.load(content, key=f"crm-data/{file}")
    assert (outcome.status, outcome.error_rule, outcome.read) == ("failed", rule, 0)
    assert pipeline.rows(CUSTOMERS) == pipeline.rows(QUARANTINE) == []
    (alert,) = pipeline.alerts.take(at_least=1)
    assert (alert["rule"], bool(alert["reason"])) == (rule, True)


@pytest.mark.parametrize(
    "key", ["payroll-data/a.json", "a.json", "crm-dat/a.json", "CRM-data/a.json"]
)
def test_file_under_no_known_prefix_is_refused(pipeline: Pipeline, key: str) -> None:
    assert pipeline.load(array(GOOD), key=key).error_rule == "source"


def test_bad_lines_are_quarantined_each_with_its_rule_and_the_good_ones_loaded(
    pipeline: Pipeline,
) -> None:
    content = between_good_ones('{"id": "good-%d", "name": "Good"}')
    outcome = pipeline.load(content, key="crm-data/lines.ndjson")
    found = {int(row["position"]): row["rule"] for row in pipeline.rows(QUARANTINE)}
    assert {
        name: found.get(2 * number + 1) for number, name in enumerate(LINES)
    } == {name: rule for name, (_, rule) in LINES.items()}  # fmt: skip
    assert len(found) == outcome.quarantined
    loaded = pipeline.rows("SELECT FROM canonical.customers WHERE starts_with(source_id, 'good-')")
    assert len(loaded) == len(LINES)
    assert outcome.read == outcome.inserted + outcome.stale + outcome.quarantined


def test_empty_list_is_a_file_without_records(pipeline: Pipeline) -> None:
    outcome = pipeline.load(b"[]")
    assert (outcome.status, outcome.read) == ("loaded", 0)


def test_line_of_200_megabytes_is_quarantined_cut_and_the_others_are_loaded(
    pipeline: Pipeline,
) -> None:
    long = long_line()
    content = GOOD.encode() + b"\n" + long + b"\n" + GOOD.replace("1", "3").encode()
    outcome = pipeline.load(gzip.compress(content, 1), key="crm-data/long.ndjson.gz")
    assert (outcome.inserted, outcome.quarantined) == (2, 1)
    record = pipeline.row(QUARANTINE)
    assert (record["rule"], record["place"], record["is_cut"]) == ("size", "line 2", True)
    assert record["raw"].encode() == long[: 64 * 1024]
    assert "the whole is in the file" in record["message"]


def test_element_of_an_array_that_is_too_large_is_treated_as_a_line_is(pipeline: Pipeline) -> None:
    large = '{"id": 2, "x": "%s"}' % ("y" * 17 * MEBIBYTE)
    outcome = pipeline.load(array(GOOD, large, GOOD.replace("1", "3")))
    assert (outcome.inserted, outcome.quarantined) == (2, 1)
    record = pipeline.row(QUARANTINE)
    assert (record["rule"], record["place"], record["is_cut"]) == ("size", "record 2", True)
    assert record["raw"] == large[: 64 * 1024]


def test_file_of_bad_records_alone_is_loaded_with_all_of_them_in_quarantine(
    pipeline: Pipeline,
) -> None:
    version = pipeline.dataset_version()
    outcome = pipeline.load([{"id": number} for number in range(1_000)])
    assert (outcome.status, outcome.read, outcome.quarantined) == ("loaded", 1_000, 1_000)
    assert pipeline.dataset_version() == version


def test_five_megabytes_of_attributes_are_kept(pipeline: Pipeline) -> None:
    attributes = {f"field {number}": "x" * 1_000 for number in range(5_000)}
    assert pipeline.load([{"id": 1, "name": "A"} | attributes]).inserted == 1
    assert pipeline.row(CUSTOMERS)["attributes"] == attributes


def test_names_are_kept_whatever_they_would_mean_elsewhere(pipeline: Pipeline) -> None:
    names = [
        "'; DROP TABLE canonical.customers; --", 'a "quoted" name', "$1", "%s", "%(file_id)s",
        "{columns}", "back\\slash", "", " ", "\t\n", "COPY", "\\.", "\\N", "ключ", "🔑", "a\u2028b",
    ]  # fmt: skip
    record = {"id": names[0], "name": names[0]} | {name: name for name in names}
    assert pipeline.load([record]).inserted == 1
    row = pipeline.row(CUSTOMERS)
    assert (row["source_id"], row["name"]) == (names[0], names[0])
    assert row["attributes"] == {name: name for name in names}


def test_of_a_name_that_comes_twice_the_last_counts(pipeline: Pipeline) -> None:
    pipeline.load(array('{"id": 1, "name": "A", "x": 1, "name": "B", "x": {"y": 1, "y": 2}}'))
    row = pipeline.row(CUSTOMERS)
    assert (row["name"], row["attributes"]) == ("B", {"x": {"y": 2}})


def test_numbers_beyond_64_bits_are_kept_exactly(pipeline: Pipeline) -> None:
    digits = "123456789012345678901234567890"
    pipeline.load(array(f'{{"id": {digits}, "name": "A", "x": {digits}, "y": 0.{digits}}}'))
    row = pipeline.row("SELECT source_id, attributes::text AS attributes FROM canonical.customers")
    assert row == {"source_id": digits, "attributes": f'{{"x": {digits}, "y": 0.{digits}}}'}


def test_text_is_stored_in_one_form_of_unicode(pipeline: Pipeline) -> None:
    pipeline.load([{"id": 1, "name": "Zoe\u0308"}])
    assert pipeline.row(CUSTOMERS)["name"] == "Zo\u00eb"


@pytest.fixture
def unversioned(environment: Environment) -> Iterator[str]:
    with function_environment.bucket(environment) as name:
        yield name


def test_object_that_was_overwritten_without_a_version_is_refused_and_the_new_one_loaded(
    pipeline: Pipeline, unversioned: str
) -> None:
    first, second = (
        ObjectCreated(
            bucket=unversioned,
            key="crm-data/a.json",
            version_id="null",
            etag=pipeline.s3.put_object(Bucket=unversioned, Key="crm-data/a.json", Body=body)[
                "ETag"
            ].strip('"'),
            size_bytes=len(body),
        )
        for body in (array(GOOD), array(GOOD.replace("A", "B")))
    )
    assert pipeline.process(first).error_rule == "object_gone"
    pipeline.processor.process(pipeline.writer, second)
    assert pipeline.row(CUSTOMERS)["name"] == "B"
    (alert,) = pipeline.alerts.take(at_least=1)
    assert "overwritten" in alert["reason"]


def test_the_same_event_ten_times_at_once_loads_once(pipeline: Pipeline) -> None:
    created = pipeline.upload([{"id": number, "name": "A"} for number in range(200)])

    def process(_: int) -> None:
        with psycopg.connect(
            pipeline.writer.info.dsn, password=pipeline.writer.info.password
        ) as connection:
            pipeline.processor.process(connection, created)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(process, range(10)))
    file = pipeline.row("SELECT status, records_inserted FROM ingest.files")
    assert file == {"status": "loaded", "records_inserted": 200}
    assert pipeline.row("SELECT max(version) AS version FROM canonical.customers")["version"] == 1


def test_events_in_reverse_order_end_in_the_newest_state(pipeline: Pipeline) -> None:
    def content(day: int) -> list[dict[str, Any]]:
        stamp = f"2026-01-{day:02d}T00:00:00Z"
        return [{"id": 1, "name": f"Day {day}", "updated_at": stamp}]

    objects = [pipeline.upload(content(day)) for day in range(1, 11)]
    outcomes = [pipeline.process(created) for created in reversed(objects)]
    assert [outcome.stale for outcome in outcomes] == [0, *[1] * 9]
    row = pipeline.row(CUSTOMERS)
    assert (row["name"], row["version"]) == ("Day 10", 1)


def test_file_whose_process_died_is_taken_over_by_the_redelivery(pipeline: Pipeline) -> None:
    created = pipeline.upload(json.loads(array(GOOD)))
    with psycopg.connect(
        pipeline.writer.info.dsn, password=pipeline.writer.info.password, autocommit=True
    ) as dying:
        dying.execute(
            "INSERT INTO ingest.files (bucket, key, version_id, etag) VALUES (%s, %s, %s, %s)",
            (created.bucket, created.key, created.version_id, created.etag),
        )
        dying.execute("BEGIN")
        dying.execute("SELECT FROM ingest.files FOR UPDATE")
        dying.execute(
            "INSERT INTO ingest.staged_customers (load_id, position, source_id,"
            " source_updated_at, attributes, external_ids) VALUES (1, 1, 'x', now(), '{}', '{}')"
        )
        dying.pgconn.finish()
    outcome = pipeline.process(created)
    assert (outcome.status, outcome.inserted) == ("loaded", 1)
    assert pipeline.row("SELECT attempts FROM ingest.files")["attempts"] == 2
