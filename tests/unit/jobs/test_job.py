import time
from datetime import UTC, datetime, timedelta

import pytest

from data_pipeline.jobs.job import (
    Job,
    Status,
    created_at,
    is_job_id,
    kept_for,
    new_job_id,
    timestamp,
)

JOB = Job(
    job_id=new_job_id(),
    status=Status.QUEUED,
    operation="simple_demo",
    parameters_json='{"a":1}',
    format="json",
    owner="key-1",
    created_at="2026-01-02T03:04:05.678Z",
    expires_at=1_800_000_000,
    expires_at_iso="2027-01-15T08:00:00.000Z",
    request_hash="0" * 64,
)


def test_id_tells_when_the_job_was_made() -> None:
    age = datetime.now(UTC) - created_at(new_job_id())
    assert timedelta(milliseconds=-1) <= age < timedelta(seconds=10)


def test_ids_differ_and_sort_by_time() -> None:
    earlier = new_job_id()
    time.sleep(0.002)
    assert earlier < new_job_id()
    assert len({new_job_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("hours", [3, 168, 720])
def test_id_tells_how_long_its_job_is_kept(hours: int) -> None:
    job_id = new_job_id(timedelta(hours=hours))
    assert is_job_id(job_id)
    assert kept_for(job_id) == timedelta(hours=hours)
    assert kept_for(new_job_id(timedelta(hours=hours, seconds=-1))) == timedelta(hours=hours)


def test_only_ids_in_their_one_spelling_are_ids() -> None:
    job_id = new_job_id()
    assert is_job_id(job_id)
    assert not is_job_id(job_id.upper())
    assert not is_job_id(f"{{{job_id}}}")
    assert not is_job_id("6f1c8a52-0c55-4c40-a3a1-4f9f3a2ab1de")
    assert not is_job_id("key#1")
    assert not is_job_id("")


def test_item_keeps_the_job() -> None:
    assert Job.from_item(JOB.to_item()) == JOB


def test_item_has_no_attribute_without_a_value() -> None:
    assert "startedAt" not in JOB.to_item()
    assert JOB.to_item()["expiresAt"] == {"N": "1800000000"}


def test_attributes_of_other_meaning_are_passed_over() -> None:
    item = JOB.to_item()
    item["somethingNew"] = {"S": "x"}
    item["list"] = {"L": []}
    assert Job.from_item(item) == JOB


def test_resource_links_to_a_result_only_when_there_is_one() -> None:
    assert JOB.resource().links.result is None
    item = JOB.to_item()
    item["status"] = {"S": "SUCCEEDED"}
    assert Job.from_item(item).resource().links.result == f"/analytics/jobs/{JOB.job_id}/result"


def test_timestamp_sorts_as_text() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6_000, UTC)
    assert timestamp(moment) == "2026-01-02T03:04:05.006Z"


def test_unfinished_statuses_are_the_two_before_the_end() -> None:
    assert [status for status in Status if not status.is_final] == ["QUEUED", "RUNNING"]
