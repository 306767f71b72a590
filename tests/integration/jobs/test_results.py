import gzip
import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from data_pipeline.aws.api import Request, Response
from data_pipeline.aws.problems import Problem, ProblemError
from data_pipeline.jobs.job import Status, new_job_id
from data_pipeline.jobs.results import Results
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration.conftest import TIMEOUT_SECONDS
from tests.integration.jobs.conftest import make_job
from tests.unit.proxy_events import proxy_event

LONG_AGO = "00000000-0000-7000-8000-000000000000"
REQUEST_ID = "11111111-2222-4333-8444-555555555555"
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


def _request(job_id: str, *, query: str = "", accept: str = "*/*", owner: str = "key-1") -> Request:
    resource = "/analytics/jobs/{jobId}/result"
    path = {"jobId": job_id}
    headers = {"Accept": accept}
    event = proxy_event(
        "GET", resource, query=query, headers=headers, path_parameters=path, owner=owner
    )
    return Request.from_event(event)


def _problem(results: Results, job_id: str, **more: str) -> Problem:
    with pytest.raises(ProblemError) as caught:
        results.respond(job_id, _request(job_id, **more))
    return caught.value.problem


def _add(results: Results, **values: object) -> str:
    job = make_job(status=Status.SUCCEEDED, **values)
    results.store.add(job)
    return job.job_id


def _respond(results: Results, **values: object) -> Response:
    job_id = _add(results, **values)
    return results.respond(job_id, _request(job_id))


def test_small_result_is_answered_with_its_job(results: Results) -> None:
    answer = _respond(results, result_json=json.dumps(RESULT), parameters_json='{"a":1}')
    assert answer.status == 200
    envelope = json.loads(answer.body)
    assert envelope["rows"] == RESULT["rows"]
    assert envelope["parameters"] == {"a": 1}
    assert (envelope["rowCount"], envelope["truncated"], envelope["requestId"]) == (
        1,
        False,
        REQUEST_ID,
    )
    assert envelope["nextToken"] is None


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
        download = session.get(answer.headers["Location"], timeout=TIMEOUT_SECONDS)
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


def _many(count: int) -> str:
    rows = [{"name": f"C{number}", "value": f"{number}.50"} for number in range(count)]
    return json.dumps(RESULT | {"rows": rows, "rowCount": count})


def test_pages_of_a_small_result_follow_each_other_to_the_end(results: Results) -> None:
    job_id = _add(results, result_json=_many(25))
    query, names = "limit=10", []
    while query:
        answer = results.respond(job_id, _request(job_id, query=query))
        envelope = json.loads(answer.body)
        assert envelope["rowCount"] == len(envelope["rows"]) <= 10
        names += [row["name"] for row in envelope["rows"]]
        link = answer.headers.get("Link", "")
        assert (envelope["nextToken"] is None) is (not link)
        query = link.removeprefix("<result?").partition(">")[0]
    assert names == [f"C{number}" for number in range(25)]


def test_pages_of_csv_keep_their_format(results: Results) -> None:
    job_id = _add(results, result_json=_many(3))
    answer = results.respond(job_id, _request(job_id, query="format=csv&limit=2"))
    assert answer.body == "name,value\r\nC0,0.50\r\nC1,1.50\r\n"
    link = answer.headers["Link"].removeprefix("<result?").partition(">")[0]
    rest = results.respond(job_id, _request(job_id, query=link))
    assert rest.body == "name,value\r\nC2,2.50\r\n"
    assert "Link" not in rest.headers


@pytest.mark.parametrize(
    ("given", "query", "accept", "content_type"),
    [
        ("json", "", "*/*", "application/json"),
        ("csv", "", "*/*", "text/csv"),
        ("csv", "", "text/html, */*;q=0.8", "text/csv"),
        ("csv", "", "application/json", "application/json"),
        ("json", "", "text/csv", "text/csv"),
        ("json", "format=csv", "application/json", "text/csv"),
        ("csv", "format=json", "*/*", "application/json"),
    ],
)
def test_rows_of_a_small_result_come_in_the_wanted_format(
    results: Results, given: str, query: str, accept: str, content_type: str
) -> None:
    job_id = _add(results, result_json=json.dumps(RESULT), format=given)
    answer = results.respond(job_id, _request(job_id, query=query, accept=accept))
    assert answer.content_type.startswith(content_type)
    extension = content_type.partition("/")[2]
    name = f'inline; filename="customer_analysis-{job_id}.{extension}"'
    assert answer.headers["Content-Disposition"] == name


@pytest.mark.parametrize(
    ("query", "accept"), [("", "image/png"), ("format=parquet", "*/*"), ("format=parquet", "")]
)
def test_small_result_is_not_given_in_a_format_without_rows(
    results: Results, query: str, accept: str
) -> None:
    job_id = _add(results, result_json=json.dumps(RESULT))
    problem = _problem(results, job_id, query=query, accept=accept)
    assert (problem.status, problem.kind) == (406, "not-acceptable")


def test_file_is_not_given_in_another_format(results: Results) -> None:
    job_id = _add(results, result_key="jobs/7/x/result.parquet", format="parquet")
    assert _problem(results, job_id, query="format=csv").status == 406
    assert results.respond(job_id, _request(job_id, query="format=parquet")).status == 303


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "nextToken=x", "nextToken=LTE=", "a=1"])
def test_wrong_parameters_are_refused(results: Results, query: str) -> None:
    problem = _problem(results, _add(results, result_json=json.dumps(RESULT)), query=query)
    assert (problem.status, problem.kind) == (400, "invalid-request")


def test_link_to_a_large_result_does_not_outlive_it(results: Results) -> None:
    soon = int(time.time()) + 60
    answer = _respond(results, result_key="jobs/7/x/result.csv.gz", expires_at=soon)
    (seconds,) = parse_qs(urlsplit(answer.headers["Location"]).query)["X-Amz-Expires"]
    assert 0 < int(seconds) <= 60


def test_id_alone_tells_that_a_job_kept_for_a_short_time_is_gone(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours_ago = time.time_ns() - 5 * 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hours_ago)
    short, longer = new_job_id(timedelta(hours=4)), new_job_id(timedelta(hours=6))
    for owner in ("key-1", "key-2"):
        assert _problem(results, short, owner=owner).status == 410
        assert _problem(results, longer, owner=owner).status == 404
    results.store.add(make_job(job_id=short))
    assert _problem(results, short, owner="key-2").status == 410
