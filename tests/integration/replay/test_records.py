"""Quarantined records, mapped again."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from data_pipeline.ingestion import json_text, records
from data_pipeline.replay.replay import replay
from data_pipeline.replay.request import parse
from tests.integration.ingestion.conftest import Pipeline
from tests.integration.replay.conftest import Replay

QUARANTINE = "SELECT * FROM ingest.quarantine ORDER BY id"
NAMES = "SELECT name FROM canonical.current_customers ORDER BY source_id"


def dormant(number: int, **changes: Any) -> dict[str, Any]:
    record = {"id": f"C{number}", "name": f"N{number}", "status": "dormant"}
    return record | {"updated_at": "2026-01-02T00:00:00Z"} | changes


def lines(*items: object) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def names(pipeline: Pipeline) -> list[str]:
    return [row["name"] for row in pipeline.rows(NAMES)]


def test_record_that_succeeds_leaves_quarantine_with_its_history(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load(lines(dormant(1), dormant(2, status="active")), key="crm-data/a.ndjson")
    (before,) = pipeline.rows(QUARANTINE)
    version = pipeline.dataset_version()
    mended()
    answer = replayed("records", rule="enumeration")
    assert answer["quarantine"] == {"replayed": 1, "failedAgain": 0, "added": 0, "inFileOnly": 0}
    assert (answer["records"]["inserted"], answer["finished"]) == (1, True)
    assert names(pipeline) == ["N1", "N2"]
    (after,) = pipeline.rows(QUARANTINE)
    assert (after["status"], after["attempts"], after["replay_id"]) == (
        "replayed", 2, answer["replayId"]
    )  # fmt: skip
    assert after["replayed_at"] is not None
    assert (after["message"], after["raw"]) == (before["message"], before["raw"])
    row = pipeline.row("SELECT file_id, status FROM canonical.customers WHERE source_id = 'C1'")
    assert row == {"file_id": before["file_id"], "status": "inactive"}
    assert pipeline.dataset_version() == version + 1


def test_record_that_fails_again_stays_with_the_new_reason(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1, email="nobody")])
    first = pipeline.row(QUARANTINE)
    pipeline.writer.execute("UPDATE ingest.quarantine SET rule = 'old', message = 'old'")
    pipeline.writer.commit()
    mended()
    answer = replayed("records", key="crm-data/test.json")
    assert answer["quarantine"]["failedAgain"] == 1
    row = pipeline.row(QUARANTINE)
    assert (row["id"], row["rule"], row["message"]) == (first["id"], "format", first["message"])
    assert (row["status"], row["attempts"]) == ("quarantined", 2)
    assert row["attempted_at"] is not None


def test_replayed_twice_nothing_changes_twice(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1)])
    mended()
    replayed("records", source="crm")
    quarantine, version = pipeline.rows(QUARANTINE), pipeline.dataset_version()
    answer = replayed("records", source="crm")
    assert (answer["filesSelected"], answer["records"]["read"]) == (0, 0)
    assert pipeline.rows(QUARANTINE) == quarantine
    assert pipeline.dataset_version() == version


def test_older_record_does_not_overwrite_a_newer_one(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1)])
    newer = dormant(1, name="Newer", status="active", updated_at="2026-02-01T00:00:00Z")
    pipeline.load([newer])
    mended()
    answer = replayed("records", source="crm")
    assert (answer["records"]["stale"], answer["quarantine"]["replayed"]) == (1, 1)
    assert names(pipeline) == ["Newer"]


def test_nested_record_is_mapped_with_the_record_around_it(
    pipeline: Pipeline, replayed: Replay
) -> None:
    contacts = [
        {"id": f"P{number}", "last_name": "L", "email": email}
        for number, email in enumerate(["a@example.com", "one@", "two@"])
    ]
    pipeline.load([dormant(1, status="active", contacts=contacts)])
    waiting = pipeline.rows(QUARANTINE)
    assert [row["document"] is None for row in waiting] == [False, True]
    assert [row["parent_source_id"] for row in waiting] == ["C1", "C1"]
    pipeline.writer.execute(
        "UPDATE ingest.quarantine SET raw = replace(raw, 'one@', 'one@example.com'),"
        " document = replace(document, 'one@', 'one@example.com')"
    )
    pipeline.writer.commit()
    answer = replayed("records", rule="format")
    assert answer["quarantine"] == {"replayed": 1, "failedAgain": 1, "added": 0, "inFileOnly": 0}
    rows = pipeline.rows("SELECT source_id, customer_source_id FROM canonical.contacts ORDER BY 1")
    assert rows == [
        {"source_id": "P0", "customer_source_id": "C1"},
        {"source_id": "P1", "customer_source_id": "C1"},
    ]


def test_part_that_is_rejected_only_now_waits_by_itself(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1, contacts=[{"id": "P1"}])])
    mended()
    answer = replayed("records", source="crm")
    assert answer["quarantine"] == {"replayed": 1, "failedAgain": 0, "added": 1, "inFileOnly": 0}
    whole, part = pipeline.rows(QUARANTINE)
    assert (whole["status"], part["status"], part["rule"]) == (
        "replayed",
        "quarantined",
        "required",
    )
    again = replayed("records", source="crm")
    assert again["quarantine"] == {"replayed": 0, "failedAgain": 1, "added": 0, "inFileOnly": 0}


def test_dry_run_tells_and_changes_nothing(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1), dormant(2, email="nobody")])
    quarantine, version = pipeline.rows(QUARANTINE), pipeline.dataset_version()
    mended()
    answer = replayed("records", source="crm", dryRun=True)
    assert (answer["dryRun"], answer["records"]["inserted"]) == (True, 1)
    assert answer["quarantine"] == {"replayed": 1, "failedAgain": 1, "added": 0, "inFileOnly": 0}
    assert pipeline.rows(QUARANTINE) == quarantine
    assert pipeline.dataset_version() == version
    assert names(pipeline) == []


def test_conditions_select_by_rule_source_and_time(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1), dormant(2, email="nobody", status="active")])
    before = pipeline.row("SELECT clock_timestamp() AS now")["now"].isoformat()
    pipeline.load([dormant(3)], key="crm-data/later.json")
    mended()
    assert replayed("records", source="erp")["filesSelected"] == 0
    assert replayed("records", rule="format", until=before)["quarantine"]["failedAgain"] == 1
    assert replayed("records", since=before, dryRun=True)["quarantine"]["replayed"] == 1
    assert replayed("records", until=before, rule="enumeration")["quarantine"]["replayed"] == 1
    assert names(pipeline) == ["N1"]
    assert replayed("records", key="crm-data/later.json")["quarantine"]["replayed"] == 1
    assert names(pipeline) == ["N1", "N3"]


def test_record_that_was_too_long_to_be_kept_is_told_of(
    pipeline: Pipeline, replayed: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (records, json_text):
        monkeypatch.setattr(module, "LARGEST_VALUE_BYTES", 1000)
    pipeline.load(lines(dormant(1, note="x" * 300_000)), key="crm-data/long.ndjson")
    row = pipeline.row(QUARANTINE)
    assert (row["rule"], row["is_cut"], len(row["raw"])) == ("size", True, 64 * 1024)
    answer = replayed("records", rule="size")
    assert answer["quarantine"] == {"replayed": 0, "failedAgain": 0, "added": 0, "inFileOnly": 1}
    assert pipeline.row(QUARANTINE) == row


def test_two_replays_at_once_map_each_record_once(
    pipeline: Pipeline, mended: Callable[[], None]
) -> None:
    for number in range(4):
        batch = [dormant(100 * number + each) for each in range(50)]
        pipeline.load(batch, key=f"crm-data/{number}.json")
    mended()
    other = psycopg.connect(pipeline.writer.info.dsn, password=pipeline.writer.info.password)
    request = parse({"what": "records", "source": "crm"})

    def run(connection: psycopg.Connection[Any]) -> int:
        answer = replay(
            connection, pipeline.s3, request, requested_by="test", seconds_left=lambda: 900
        )
        return answer.quarantine.replayed

    with other, ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, (pipeline.writer, other))) == 200
    assert len(names(pipeline)) == 200
    assert {row["status"] for row in pipeline.rows(QUARANTINE)} == {"replayed"}


def test_what_there_is_no_time_for_is_left_for_the_next_time(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(1)])
    mended()
    answer = replayed("records", source="crm", seconds_left=10)
    assert (answer["finished"], answer["filesLeft"]) == (False, 1)
    assert replayed("records", source="crm")["quarantine"]["replayed"] == 1


def test_many_records_are_replayed_in_batches(
    pipeline: Pipeline, replayed: Replay, mended: Callable[[], None]
) -> None:
    pipeline.load([dormant(number) for number in range(2_500)])
    mended()
    assert replayed("records", source="crm")["quarantine"]["replayed"] == 2_500
    assert len(names(pipeline)) == 2_500


def test_replay_is_entered_with_its_answer(pipeline: Pipeline, replayed: Replay) -> None:
    pipeline.load([dormant(1)])
    answer = replayed("records", rule="enumeration")
    entry = pipeline.row("SELECT * FROM ingest.replays")
    assert entry["request"] == {"what": "records", "rule": "enumeration"}
    assert (entry["answer"], entry["requested_by"]) == (answer, "test")
    assert entry["finished_at"] >= entry["started_at"]
