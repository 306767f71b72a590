"""What loads note of rows that they found unchanged stays small, and refuses what comes late."""

import json

import psycopg
import pytest

from data_pipeline.ingestion import confirmations
from data_pipeline.ingestion.events import ObjectCreated
from tests.integration.ingestion.conftest import Pipeline

NOTED = "SELECT coalesce(sum(cardinality(ids)), 0)::int AS rows FROM ingest.confirmations"
ROWS = 300


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a table of hundreds of rows were a large one."""
    monkeypatch.setattr(confirmations, "_FEWEST_ROWS", 1)
    monkeypatch.setattr(confirmations, "_MANY_UNCHANGED", 1)


def upload(pipeline: Pipeline, name: str = "A", *, rows: int = ROWS) -> ObjectCreated:
    """A later file of the same customers. All say the same time of the last change."""
    pipeline.let_a_second_pass()
    records = [
        {"id": f"C{number}", "name": name, "updated_at": "2026-01-01T00:00:00Z"}
        for number in range(rows)
    ]
    return pipeline.upload(json.dumps(records).encode())


def noted(pipeline: Pipeline) -> int:
    return int(pipeline.row(NOTED)["rows"])


def names(pipeline: Pipeline) -> list[str]:
    return [row["name"] for row in pipeline.rows("SELECT DISTINCT name FROM canonical.customers")]


def test_same_rows_confirmed_over_and_over_are_noted_twice_at_most(pipeline: Pipeline) -> None:
    pipeline.process(upload(pipeline))
    for _ in range(4):
        outcome = pipeline.process(upload(pipeline))
        assert outcome.unchanged == ROWS
        assert noted(pipeline) <= 2 * ROWS


def test_record_from_between_is_stale_however_much_later_it_comes(pipeline: Pipeline) -> None:
    first, middle, *later = (upload(pipeline, name) for name in "ABAAA")
    pipeline.process(first)
    for created in later:
        pipeline.process(created)
    assert noted(pipeline) == ROWS
    assert pipeline.process(middle).stale == ROWS
    assert names(pipeline) == ["A"]


def test_records_that_only_some_files_confirmed_keep_their_own_last_one(pipeline: Pipeline) -> None:
    pipeline.process(upload(pipeline))
    middle = upload(pipeline, "B")
    pipeline.process(upload(pipeline))
    between_the_later = upload(pipeline, "C")
    for _ in range(3):
        pipeline.process(upload(pipeline, rows=ROWS // 3))
    assert noted(pipeline) <= 2 * ROWS
    outcome = pipeline.process(between_the_later)
    assert (outcome.updated, outcome.stale) == (ROWS - ROWS // 3, ROWS // 3)
    assert pipeline.process(middle).stale == ROWS


def test_confirmations_that_a_change_has_overtaken_are_dropped(pipeline: Pipeline) -> None:
    for name in "AAAB":
        pipeline.process(upload(pipeline, name))
    assert noted(pipeline) == 2 * ROWS
    assert pipeline.process(upload(pipeline, "B", rows=100)).unchanged == 100
    assert noted(pipeline) == 100


def test_two_who_compact_at_once_do_not_wait_for_each_other_and_lose_nothing(
    pipeline: Pipeline,
) -> None:
    first, middle, *later = (upload(pipeline, name) for name in "ABAAA")
    pipeline.process(first)
    dsn, password = pipeline.writer.info.dsn, pipeline.writer.info.password
    with psycopg.connect(dsn, password=password) as other:
        for created in later[:2]:
            pipeline.process(created)
        other.execute("SELECT FROM ingest.confirmations ORDER BY id LIMIT 1 FOR UPDATE")
        pipeline.process(later[2])
        assert noted(pipeline) == 2 * ROWS
    assert pipeline.process(middle).stale == ROWS
