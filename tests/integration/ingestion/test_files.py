"""What becomes of files as such: good, bad in parts, bad as a whole, and announced again."""

import gzip
import json
from typing import Any

import pytest

from tests.integration.ingestion.conftest import Outcome, Pipeline

GOOD = {"id": "C1", "name": "Acme"}
BAD = {"id": "C2", "name": "Bolt", "email": "nobody"}
QUARANTINE = "SELECT * FROM ingest.quarantine ORDER BY position"


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


FORMS = {
    "array.json": json.dumps([GOOD]).encode(),
    "object.json": json.dumps(GOOD).encode(),
    "envelope.json": json.dumps({"at": 1, "customers": [GOOD]}).encode(),
    "lines.ndjson": lines(GOOD),
    "lines.jsonl": lines(GOOD).rstrip(),
    "array.json.gz": gzip.compress(json.dumps([GOOD]).encode()),
    "lines.ndjson.gz": gzip.compress(lines(GOOD)),
    "mark.json": b"\xef\xbb\xbf" + json.dumps([GOOD]).encode(),
    "a key with spaces, + and 100% ünicode 日本.json": json.dumps([GOOD]).encode(),
}

UNREADABLE = {
    "empty.json": (b"", "empty"),
    "text.json": (b"hello", "json"),
    "middle.json": (json.dumps([GOOD]).encode()[:-1] + b", {]", "json"),
    "end.json": (json.dumps([GOOD]).encode()[:-1], "json"),
    "behind.json": (json.dumps([GOOD]).encode() + b"]", "json"),
    "latin.json": ('[{"id": 1, "name": "Zoë"}]'.encode("latin-1"), "encoding"),
    "utf16.json": (json.dumps([GOOD]).encode("utf-16"), "encoding"),
    "cut.ndjson.gz": (gzip.compress(lines(GOOD) * 1000)[:-20], "gzip"),
    "none.ndjson.gz": (lines(GOOD), "gzip"),
    "table.csv": (b"id,name\n1,a\n", "extension"),
    "nothing.json": (b"{}", "envelope"),
}


def count(pipeline: Pipeline, table: str = "canonical.customers") -> int:
    return int(pipeline.row(f"SELECT count(*) AS rows FROM {table}")["rows"])


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_loaded(pipeline: Pipeline, name: str) -> None:
    outcome = pipeline.load(FORMS[name], key=f"crm-data/2026/{name}")
    assert (outcome.status, outcome.read, outcome.inserted) == ("loaded", 1, 1)
    assert pipeline.row("SELECT name FROM canonical.customers") == {"name": "Acme"}


def test_announced_again_a_loaded_file_changes_nothing(pipeline: Pipeline) -> None:
    created = pipeline.upload([GOOD, BAD])
    first = pipeline.process(created)
    ledger, version = pipeline.rows("SELECT * FROM ingest.files"), pipeline.dataset_version()
    for _ in range(3):
        assert pipeline.process(created) == first
    assert pipeline.rows("SELECT * FROM ingest.files") == ledger
    assert pipeline.dataset_version() == version
    assert count(pipeline, "ingest.quarantine") == 1


def test_data_that_changed_have_a_new_version_and_others_not(pipeline: Pipeline) -> None:
    before = pipeline.dataset_version()
    pipeline.load([GOOD])
    assert pipeline.dataset_version() == before + 1
    pipeline.load([GOOD])
    pipeline.load([BAD])
    pipeline.load([])
    assert pipeline.dataset_version() == before + 1


def test_bad_record_is_quarantined_with_rule_and_place_and_the_rest_is_loaded(
    pipeline: Pipeline,
) -> None:
    outcome = pipeline.load(lines(GOOD, BAD), key="crm-data/test.ndjson")
    assert (outcome.read, outcome.inserted, outcome.quarantined) == (2, 1, 1)
    record = pipeline.row(QUARANTINE)
    assert (record["place"], record["rule"]) == ("line 2: customers[].email", "format")
    assert record["message"] == 'Expected an e-mail address, not "nobody"'
    assert json.loads(record["raw"]) == BAD
    assert (record["record_type"], record["status"]) == ("customers", "quarantined")
    assert pipeline.alerts.take() == []


def test_line_that_is_no_json_is_a_bad_record(pipeline: Pipeline) -> None:
    content = lines(GOOD) + b'{"id": \n\n\x00\n' + lines(GOOD | {"id": "C3"})
    outcome = pipeline.load(content, key="crm-data/test.ndjson")
    assert (outcome.inserted, outcome.quarantined) == (2, 2)
    places = [(row["place"], row["rule"]) for row in pipeline.rows(QUARANTINE)]
    assert places == [("line 2", "json"), ("line 4", "json")]


def test_record_that_only_postgresql_refuses_is_found_among_the_others(
    pipeline: Pipeline,
) -> None:
    records: list[dict[str, Any]] = [{"id": f"C{number}", "name": "A"} for number in range(100)]
    huge = (
        lines(*records[:60]) + b'{"id": "X", "name": "A", "n": 1e999999}\n' + lines(*records[60:])
    )
    outcome = pipeline.load(huge, key="crm-data/test.ndjson")
    assert (outcome.inserted, outcome.quarantined) == (100, 1)
    record = pipeline.row(QUARANTINE)
    assert (record["place"], record["rule"]) == ("line 61", "database")


def test_many_bad_records_are_all_kept(pipeline: Pipeline) -> None:
    outcome = pipeline.load([BAD] * 1500)
    assert (outcome.read, outcome.quarantined) == (1500, 1500)
    assert count(pipeline, "ingest.quarantine") == 1500


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_file_fails_as_a_whole_with_an_alert(pipeline: Pipeline, name: str) -> None:
    content, rule = UNREADABLE[name]
    created = pipeline.upload(content, key=f"crm-data/{name}")
    outcome = pipeline.process(created)
    assert (outcome.status, outcome.error_rule, outcome.read) == ("failed", rule, 0)
    assert count(pipeline) == count(pipeline, "ingest.quarantine") == 0
    assert count(pipeline, "ingest.staged_customers") == 0
    (alert,) = pipeline.alerts.take(at_least=1)
    assert (alert["key"], alert["rule"]) == (created.key, rule)
    assert alert["reason"] == pipeline.row("SELECT error FROM ingest.files")["error"]


def test_announced_again_a_refused_file_is_refused_silently(pipeline: Pipeline) -> None:
    created = pipeline.upload(b"[")
    pipeline.process(created)
    pipeline.alerts.take(at_least=1)
    assert pipeline.process(created).status == "failed"
    assert pipeline.alerts.take() == []


def test_file_of_no_known_source_is_refused_with_those_that_are(pipeline: Pipeline) -> None:
    assert pipeline.load([GOOD], key="payroll-data/a.json").error_rule == "source"
    (alert,) = pipeline.alerts.take(at_least=1)
    assert "crm-data/" in alert["reason"]


def test_deleted_object_is_refused(pipeline: Pipeline) -> None:
    created = pipeline.upload([GOOD])
    pipeline.s3.delete_object(Bucket=created.bucket, Key=created.key, VersionId=created.version_id)
    outcome = pipeline.process(created)
    assert (outcome.status, outcome.error_rule) == ("failed", "object_gone")
    assert len(pipeline.alerts.take(at_least=1)) == 1


def test_overwritten_object_is_read_as_it_was_announced(pipeline: Pipeline) -> None:
    first = pipeline.upload([GOOD])
    pipeline.upload([GOOD | {"name": "Second"}])
    pipeline.process(first)
    assert pipeline.row("SELECT name FROM canonical.customers") == {"name": "Acme"}


def test_hidden_object_is_still_read_by_its_version(pipeline: Pipeline) -> None:
    created = pipeline.upload([GOOD])
    pipeline.s3.delete_object(Bucket=created.bucket, Key=created.key)
    assert pipeline.process(created).status == "loaded"


def test_nothing_is_left_in_staging(pipeline: Pipeline) -> None:
    pipeline.load([GOOD, GOOD, BAD])
    pipeline.load([GOOD | {"name": "New"}])
    assert count(pipeline, "ingest.staged_customers") == 0


def test_ledger_counts_each_record_once(pipeline: Pipeline) -> None:
    nested = GOOD | {"contacts": [{"id": "P1", "last_name": "A"}, {"id": "P2"}]}
    outcome = pipeline.load([nested, GOOD])
    assert outcome == Outcome(
        status="loaded", read=4, inserted=2, updated=0, unchanged=0, stale=1, quarantined=1,
        error_rule=None,
    )  # fmt: skip
