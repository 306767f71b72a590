"""Whole files, loaded again."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.ingestion.conftest import Pipeline
from tests.integration.replay.conftest import Replay

GOOD = {"id": "C1", "name": "Acme", "updated_at": "2026-01-02T00:00:00Z"}
DORMANT = {"id": "C2", "name": "Bolt", "status": "dormant"}
FILES = "SELECT * FROM ingest.files ORDER BY id"
QUARANTINE = "SELECT * FROM ingest.quarantine ORDER BY id"


def test_file_that_was_refused_is_loaded_from_the_version_that_the_ledger_names(
    pipeline: Pipeline, replayed: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.load([GOOD], key="payroll-data/a.json")
    pipeline.upload([GOOD | {"name": "Other"}], key="payroll-data/a.json")
    from data_pipeline.sources import registry  # noqa: PLC0415

    monkeypatch.setitem(registry._MODULES, "payroll-data", "crm")
    answer = replayed("files", rule="source")
    assert (answer["filesReplayed"], answer["records"]["inserted"]) == (1, 1)
    row = pipeline.row(FILES)
    assert (row["status"], row["error"], row["error_rule"]) == ("loaded", None, None)
    assert (row["source"], row["attempts"], row["records_inserted"]) == ("crm", 2, 1)
    assert pipeline.row("SELECT name FROM canonical.customers") == {"name": "Acme"}


def test_file_that_is_refused_again_stays_so_with_the_new_reason(
    pipeline: Pipeline, replayed: Replay
) -> None:
    created = pipeline.upload(b"[")
    pipeline.process(created)
    pipeline.alerts.take(at_least=1)
    pipeline.s3.delete_object(Bucket=created.bucket, Key=created.key, VersionId=created.version_id)
    answer = replayed("files", fileId=1)
    assert answer["filesRefused"] == 1
    (told,) = answer["files"]
    assert (told["result"], told["rule"]) == ("refused", "object_gone")
    row = pipeline.row(FILES)
    assert (row["status"], row["error_rule"], row["attempts"]) == ("failed", "object_gone", 2)
    assert row["error"] == told["reason"]


def test_loaded_file_that_is_gone_stays_loaded(pipeline: Pipeline, replayed: Replay) -> None:
    created = pipeline.upload([GOOD])
    pipeline.process(created)
    ledger = pipeline.rows(FILES)
    pipeline.s3.delete_object(Bucket=created.bucket, Key=created.key, VersionId=created.version_id)
    assert replayed("files", key=created.key)["filesRefused"] == 1
    assert pipeline.rows(FILES) == ledger


def test_loaded_file_changes_only_what_is_mapped_otherwise_now(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([GOOD, DORMANT, DORMANT | {"id": "C3", "email": "nobody"}])
    newer = GOOD | {"name": "Newer", "updated_at": "2026-02-01T00:00:00Z"}
    pipeline.load([newer], key="crm-data/newer.json")
    mended()
    answer = replayed("files", key="crm-data/test.json")
    expected = {"read": 3, "inserted": 1, "stale": 1, "quarantined": 1, "updated": 0}
    assert {name: answer["records"][name] for name in expected} == expected
    assert answer["quarantine"] == {"replayed": 1, "failedAgain": 1, "added": 0, "inFileOnly": 0}
    statuses = [(row["status"], row["attempts"]) for row in pipeline.rows(QUARANTINE)]
    assert statuses == [("replayed", 2), ("quarantined", 2)]
    file = pipeline.row("SELECT * FROM ingest.files WHERE id = 1")
    assert (file["records_read"], file["records_quarantined"], file["attempts"]) == (3, 1, 2)
    names = pipeline.rows("SELECT name FROM canonical.customers ORDER BY source_id")
    assert names == [{"name": "Newer"}, {"name": "Bolt"}]


def test_replayed_twice_a_file_changes_nothing_twice(pipeline: Pipeline, replayed: Replay) -> None:
    pipeline.load([GOOD, DORMANT])
    version, customers = pipeline.dataset_version(), "SELECT * FROM canonical.customers"
    before = pipeline.rows(customers)
    for _ in range(2):
        answer = replayed("files", source="crm", status="loaded")
        assert answer["records"]["unchanged"] == 1
    assert pipeline.rows(customers) == before
    assert pipeline.dataset_version() == version
    assert pipeline.row(QUARANTINE)["attempts"] == 3


def test_without_a_status_only_refused_files_are_replayed(
    pipeline: Pipeline, replayed: Replay
) -> None:
    pipeline.load([GOOD])
    pipeline.load(b"[", key="crm-data/broken.json")
    answer = replayed("files", source="crm")
    assert [file["key"] for file in answer["files"]] == ["crm-data/broken.json"]


def test_file_that_a_process_left_half_done_is_loaded(pipeline: Pipeline, replayed: Replay) -> None:
    created = pipeline.upload([GOOD])
    pipeline.writer.execute(
        "INSERT INTO ingest.files (bucket, key, version_id, etag) VALUES (%s, %s, %s, %s)",
        (created.bucket, created.key, created.version_id, created.etag),
    )
    pipeline.writer.commit()
    assert replayed("files", status="loading", source="crm")["filesSelected"] == 0
    assert replayed("files", key=created.key)["filesReplayed"] == 1
    assert pipeline.row(FILES)["status"] == "loaded"


def test_dry_run_tells_what_would_come_of_a_file(pipeline: Pipeline, replayed: Replay) -> None:
    pipeline.load(b"[", key="crm-data/broken.json")
    ledger: list[dict[str, Any]] = pipeline.rows(FILES)
    answer = replayed("files", rule="json", dryRun=True)
    assert (answer["filesRefused"], answer["files"][0]["rule"]) == (1, "json")
    assert pipeline.rows(FILES) == ledger


def test_file_that_there_is_no_time_for_is_left(pipeline: Pipeline, replayed: Replay) -> None:
    pipeline.load(b"[")
    answer = replayed("files", rule="json", seconds_left=300)
    assert (answer["finished"], answer["filesLeft"], answer["filesRefused"]) == (False, 1, 0)
