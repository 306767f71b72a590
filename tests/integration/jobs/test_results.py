import gzip
import json
from typing import Any

import pytest
import requests

from data_pipeline.aws.api import Response
from data_pipeline.aws.problems import Problem, ProblemError
from data_pipeline.jobs.job import Status, new_job_id
from data_pipeline.jobs.results import Results
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration.jobs.conftest import make_job

LONG_AGO = "00000000-0000-7000-8000-000000000000"
RESULT = {
    "columns": [{"name": "name", "type": "string"}, {"name": "value", "type": "decimal"}],
    "rows": [{"name": "Acme", "value": "1.50"}],
    "rowCount": 1,
    "truncated": False,
    "datasetVersion": 7,
    "generatedAt": "2026-01-02T03:04:05Z",
    "durationMs": 3,
}


@pytest.fixture
def results(store: JobStore, results_bucket: str) -> Results:
    return Results(store=store, bucket=results_bucket)


def _problem(results: Results, job_id: str, owner: str = "key-1") -> Problem:
    with pytest.raises(ProblemError) as caught:
        results.respond(job_id, owner=owner, request_id="r")
    return caught.value.problem


def _respond(results: Results, **values: object) -> Response:
    job = make_job(status=Status.SUCCEEDED, **values)
    results.store.add(job)
    return results.respond(job.job_id, owner="key-1", request_id="r")


def test_small_result_is_answered_with_its_job(results: Results) -> None:
    answer = _respond(results, result_json=json.dumps(RESULT), parameters_json='{"a":1}')
    assert answer.status == 200
    envelope = json.loads(answer.body)
    assert envelope["rows"] == RESULT["rows"]
    assert envelope["parameters"] == {"a": 1}
    assert (envelope["rowCount"], envelope["truncated"], envelope["requestId"]) == (1, False, "r")


def test_small_result_of_a_csv_job_is_csv(results: Results) -> None:
    answer = _respond(results, result_json=json.dumps(RESULT), format="csv")
    assert answer.content_type.startswith("text/csv")
    assert answer.body == "name,value\r\nAcme,1.50\r\n"


def test_large_result_is_downloaded_by_redirect_without_credentials(
    environment: Environment, results: Results
) -> None:
    key = "jobs/x/result.ndjson.gz"
    data = gzip.compress(b'{"a":1}\n')
    environment.client("s3").put_object(Bucket=results.bucket, Key=key, Body=data)
    answer = _respond(results, result_key=key)
    assert answer.status == 303
    assert answer.headers["Location"].startswith(environment.endpoint)
    with requests.Session() as session:
        session.trust_env = False
        download = session.get(answer.headers["Location"], timeout=10)
    assert download.content == data
    name: Any = download.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="customer_analysis-')
    assert name.endswith('.ndjson.gz"')


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_result_before_the_end_is_a_conflict(results: Results, status: Status) -> None:
    job = make_job(status=status)
    results.store.add(job)
    problem = _problem(results, job.job_id)
    assert (problem.status, problem.kind) == (409, "job-not-finished")


def test_result_of_a_failed_job_is_what_made_it_fail(results: Results) -> None:
    error = {"type": "/problems/job-timed-out", "detail": "The query took too long."}
    job = make_job(status=Status.TIMED_OUT, error_json=json.dumps(error))
    results.store.add(job)
    problem = _problem(results, job.job_id)
    assert (problem.status, problem.kind) == (409, "job-timed-out")
    assert "The query took too long." in problem.detail
    assert problem.extensions["jobError"] == error


def test_expired_job_is_gone(results: Results) -> None:
    job = make_job(status=Status.SUCCEEDED, result_json=json.dumps(RESULT), expires_at=1)
    results.store.add(job)
    assert _problem(results, job.job_id).status == 410


def test_job_whose_item_was_removed_after_its_time_is_gone(results: Results) -> None:
    assert _problem(results, LONG_AGO).status == 410


@pytest.mark.parametrize("job_id", ["nonsense", "key#1", ""])
def test_unknown_job_is_not_found(results: Results, job_id: str) -> None:
    assert _problem(results, job_id).status == 404
    assert _problem(results, new_job_id()).status == 404


def test_result_of_another_owner_is_not_found(results: Results) -> None:
    job = make_job(status=Status.SUCCEEDED, result_json=json.dumps(RESULT))
    results.store.add(job)
    assert _problem(results, job.job_id, owner="key-2").kind == "job-not-found"
