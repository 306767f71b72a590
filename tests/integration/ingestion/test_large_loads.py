"""Files that are merged while they are read: the same outcome as of small ones."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from data_pipeline.ingestion import merge
from data_pipeline.ingestion.events import ObjectCreated
from tests.integration.ingestion.conftest import Outcome, Pipeline

KEY = "crm-data/large.ndjson"
DAY = "2026-01-{:02d}T00:00:00Z"


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Early merges of few rows, so that a file of hundreds has several."""
    monkeypatch.setattr(merge, "_EARLY_ROWS", 100)
    monkeypatch.setattr("data_pipeline.ingestion.staging._BATCH_ROWS", 50)


def records(numbers: range, day: int = 1, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"id": f"C{number:04d}", "name": f"Name {number}", "updated_at": DAY.format(day)} | changes
        for number in numbers
    ]


def lines(*parts: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for part in parts for record in part)


def loaded(**counts: int) -> Outcome:
    numbers = dict.fromkeys(("inserted", "updated", "unchanged", "stale", "quarantined"), 0)
    numbers |= counts
    return Outcome(status="loaded", read=sum(numbers.values()), error_rule=None, **numbers)


def names(pipeline: Pipeline) -> dict[str, int]:
    query = "SELECT name, count(*)::int AS rows FROM canonical.customers GROUP BY name"
    return {row["name"]: row["rows"] for row in pipeline.rows(query)}


def staged(pipeline: Pipeline) -> int:
    return int(pipeline.row("SELECT count(*)::int AS rows FROM ingest.staged_customers")["rows"])


def upload_later(pipeline: Pipeline, name: str) -> ObjectCreated:
    time.sleep(1.1)  # S3 says when an object was modified to the second
    return pipeline.upload(lines(records(range(300), name=name)), KEY)


def test_every_record_of_a_new_file_is_inserted_once(pipeline: Pipeline) -> None:
    assert pipeline.load(lines(records(range(1000))), KEY) == loaded(inserted=1000)
    assert len(names(pipeline)) == 1000
    assert staged(pipeline) == 0


def test_new_changed_unchanged_and_stale_records_mix_in_any_order(pipeline: Pipeline) -> None:
    pipeline.load(lines(records(range(600), day=5)), KEY)
    delivered = lines(
        records(range(200), day=6, name="Changed"),
        records(range(1000, 1200)),
        records(range(200, 400), day=5),
        records(range(400, 500), day=4, name="Stale"),
        records(range(500, 600), day=6),
        records(range(1200, 1400)),
    )
    pipeline.let_a_second_pass()
    assert pipeline.load(delivered, KEY) == loaded(
        inserted=400, updated=200, unchanged=300, stale=100
    )
    assert names(pipeline)["Changed"] == 200
    assert "Stale" not in names(pipeline)
    history = pipeline.row("SELECT count(*)::int AS rows FROM canonical.entity_history")
    assert history["rows"] == 200


@pytest.mark.parametrize(("day", "name"), [(2, "Again"), (1, "Again"), (0, "Name 7")])
def test_key_that_comes_again_much_later_in_the_file_has_one_version(
    pipeline: Pipeline, day: int, name: str
) -> None:
    again = [{"id": "C0007", "name": "Again", "updated_at": f"2026-01-{1 + day:02d}T00:00:00Z"}]
    first = records(range(500), day=2)
    assert pipeline.load(lines(first, again), KEY) == loaded(inserted=500, stale=1)
    row = pipeline.row("SELECT name, version FROM canonical.customers WHERE source_id = 'C0007'")
    assert row == {"name": name, "version": 1}
    assert pipeline.rows("SELECT * FROM canonical.entity_history") == []


def test_broken_end_of_a_document_leaves_nothing_of_it(pipeline: Pipeline) -> None:
    document = b"[" + lines(records(range(500))).replace(b"\n", b",") + b",{]"
    assert pipeline.load(document, "crm-data/large.json").status == "failed"
    assert names(pipeline) == {}
    assert staged(pipeline) == 0


def test_record_that_postgresql_refuses_is_set_aside_wherever_it_is(pipeline: Pipeline) -> None:
    refused = records(range(700, 701), score=10**1000)[0]
    text = lines(records(range(700)), [refused], records(range(701, 900)))
    outcome = pipeline.load(text.replace(b"1" + b"0" * 1000, b"1e140000"), KEY)
    assert (outcome.inserted, outcome.quarantined) == (899, 1)
    assert pipeline.row("SELECT place FROM ingest.quarantine") == {"place": "line 701"}


def test_older_file_loses_to_a_newer_one_that_found_the_same_values(pipeline: Pipeline) -> None:
    """All three say the same time of the last change; the middle one comes last."""
    first, middle, last = (upload_later(pipeline, name) for name in ("A", "B", "A"))
    assert pipeline.process(first) == loaded(inserted=300)
    assert pipeline.process(last) == loaded(unchanged=300)
    assert pipeline.process(middle) == loaded(stale=300)
    assert names(pipeline) == {"A": 300}


def test_large_loads_of_the_same_keys_in_opposite_order_both_end(pipeline: Pipeline) -> None:
    """Each holds keys that the other wants: one is done again in the order of the keys."""
    keys = records(range(2000), day=1, name="A")
    first = pipeline.upload(lines(keys), KEY)
    second = pipeline.upload(lines([key | {"name": "B"} for key in keys[::-1]]), KEY)
    other = psycopg.connect(pipeline.writer.info.dsn, password=pipeline.writer.info.password)
    with other, ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(pipeline.processor.process, connection, created)
            for connection, created in ((pipeline.writer, first), (other, second))
        ]
        for run in runs:
            run.result()
    statuses = pipeline.rows("SELECT DISTINCT status FROM ingest.files")
    assert statuses == [{"status": "loaded"}]
    assert len(names(pipeline)) == 1
    assert sum(names(pipeline).values()) == 2000
