"""The status route, which API Gateway answers from DynamoDB by templates alone."""

import time
from collections.abc import Callable
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


def test_expired_job_is_gone_before_its_item_is(api: Api, put_job: Put) -> None:
    job = put_job(expires_at=int(time.time()) - 1)
    assert api.get(f"/analytics/jobs/{job.job_id}").status_code == 404


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
