"""The status route, which API Gateway answers from DynamoDB by templates alone."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from data_pipeline.jobs.job import Job, new_job_id
from local.state import Environment
from tests.integration.conftest import Api

type Put = Callable[..., Job]

HOUR = 3_600


@pytest.fixture
def put_job(environment: Environment) -> Put:
    """Puts a job's item as the jobs function would."""
    table = environment.output("AnalyticsStack", "JobsTableName")
    owner = environment.output("AnalyticsStack", "ApiKeyId")

    def put(**attributes: Any) -> Job:
        fields: dict[str, Any] = {
            "job_id": new_job_id(),
            "status": "QUEUED",
            "operation": "simple_demo",
            "parameters_json": "{}",
            "format": "json",
            "owner": owner,
            "created_at": "2026-01-02T03:04:05.678Z",
            "expires_at": int(time.time()) + HOUR,
            "expires_at_iso": "2026-01-09T03:04:05.678Z",
            "request_hash": "0",
        }
        job = Job(**fields | attributes)
        environment.client("dynamodb").put_item(TableName=table, Item=job.to_item())
        return job

    return put


def expected(job: Job) -> object:
    return msgspec.json.decode(msgspec.json.encode(job.resource()))


ENDS: tuple[dict[str, Any], ...] = (
    {},
    {"status": "RUNNING", "started_at": "2026-01-02T03:04:06Z", "progress_rows": 2000},
    {
        "status": "SUCCEEDED",
        "name": 'Müller\'s "quarter" \\ 東京',
        "started_at": "2026-01-02T03:04:06Z",
        "completed_at": "2026-01-02T03:04:07Z",
        "row_count": 5,
        "bytes": 1_234,
        "parameters_json": '{"country": "DE", "limit": 5, "text": "it\'s \\"so\\""}',
    },
    {
        "status": "FAILED",
        "completed_at": "2026-01-02T03:04:07Z",
        "error_json": '{"type": "/problems/invalid-parameters", "detail": "\\"limit\\" is wrong"}',
    },
)


@pytest.mark.parametrize("attributes", ENDS, ids=lambda end: end.get("status", "QUEUED"))
def test_status_shows_a_job_as_the_list_does(
    api: Api, put_job: Put, attributes: dict[str, Any]
) -> None:
    job = put_job(**attributes)
    answer = api.get(f"/analytics/jobs/{job.job_id}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == expected(job)


def test_unknown_job_is_not_found(api: Api) -> None:
    answer = api.get(f"/analytics/jobs/{new_job_id()}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/job-not-found"
    assert answer.json()["requestId"]


def test_job_of_another_key_is_not_found(api: Api, put_job: Put) -> None:
    job = put_job(owner="another key")
    for answer in (
        api.get(f"/analytics/jobs/{job.job_id}"),
        api.get(f"/analytics/jobs/{job.job_id}/result"),
        api.delete(f"/analytics/jobs/{job.job_id}"),
    ):
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/job-not-found"


def _is_gone(api: Api, job_id: str) -> bool:
    """Whether each route says so, and none says more."""
    path = f"/analytics/jobs/{job_id}"
    answers = [api.get(path), api.get(f"{path}/result"), api.delete(path)]
    for answer in answers:
        assert answer.status_code in {404, 410}
        assert answer.headers["Content-Type"] == "application/problem+json"
    return all(answer.json()["type"] == "/problems/job-expired" for answer in answers)


def test_expired_job_is_gone_before_its_item_is(api: Api, put_job: Put) -> None:
    # The item itself may be removed at any moment, after which its id alone is asked.
    jobs = (put_job(expires_at=int(time.time()) - 1) for _ in range(10))
    assert any(_is_gone(api, job.job_id) for job in jobs)


@pytest.mark.parametrize("owner", [None, "another key"])
def test_expired_job_is_gone_after_its_item_was_removed(
    api: Api, put_job: Put, monkeypatch: pytest.MonkeyPatch, owner: str | None
) -> None:
    hours_ago = time.time_ns() - 4 * HOUR * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hours_ago)
    removed, kept = new_job_id(timedelta(hours=3)), new_job_id(timedelta(hours=5))
    if owner:
        put_job(job_id=removed, owner=owner)
        put_job(job_id=kept, owner=owner)
    assert _is_gone(api, removed)
    assert not _is_gone(api, kept)


def test_job_that_is_kept_longer_than_its_id_says_is_there(
    api: Api, put_job: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours_ago = time.time_ns() - 4 * HOUR * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hours_ago)
    job = put_job(job_id=new_job_id(timedelta(hours=3)))
    assert api.get(f"/analytics/jobs/{job.job_id}").status_code == 200


@pytest.mark.parametrize("name", ["it's", "a%22b", "$%7Bx%7D", "%5C", "key%230"])
def test_odd_ids_are_not_found(api: Api, name: str) -> None:
    answer = api.get(f"/analytics/jobs/{name}")
    assert answer.status_code == 404
    assert answer.json()["title"] == "Job not found"


def test_item_of_an_idempotency_key_is_no_job(
    environment: Environment, api: Api, unique: str
) -> None:
    environment.client("dynamodb").put_item(
        TableName=environment.output("AnalyticsStack", "JobsTableName"),
        Item={
            "jobId": {"S": f"key#{unique}"},
            "keyOf": {"S": "a job"},
            "expiresAt": {"N": str(int(time.time()) + HOUR)},
        },
    )
    assert api.get(f"/analytics/jobs/key%23{unique}").status_code == 404
