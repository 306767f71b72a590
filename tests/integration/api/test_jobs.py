"""The deployed API, over HTTP: jobs through the workflow."""

import csv
import gzip
import io
import json
import time
import uuid
from typing import Any
from urllib.parse import urljoin

import pytest

from local.state import Environment
from tests.integration import endless
from tests.integration.function_environment import backends

GROUPS = {
    "operation": "customer_analysis",
    "parameters": {"metric": "lifetime_value", "group_by": "industry", "level": "group"},
}
CUSTOMERS = {
    "operation": "customer_analysis",
    "parameters": {"metric": "lifetime_value", "group_by": "industry"},
}
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"}


def _finished(api: Any, job_id: str) -> Any:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = api.get(f"/analytics/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        if answer.json()["status"] in FINAL:
            return answer.json()
        time.sleep(0.2)
    return pytest.fail(f"job {job_id} did not end: {answer.text}")


def _done(api: Any, request: object) -> Any:
    submitted = api.post("/analytics/jobs", json=request)
    assert submitted.status_code == 202, submitted.text
    job = _finished(api, submitted.json()["jobId"])
    assert job["status"] == "SUCCEEDED", job
    return job


def test_job_goes_through_the_workflow_to_its_result(api: Any, environment: Environment) -> None:
    submitted = api.post("/analytics/jobs", json={**GROUPS, "name": "by industry"})
    assert submitted.status_code == 202
    assert submitted.headers["Retry-After"] == "1"
    assert submitted.json()["status"] == "QUEUED"
    location = urljoin(submitted.url, submitted.headers["Location"])
    assert api.get(location.removeprefix(f"{api.url}/")).status_code == 200

    job = _finished(api, submitted.json()["jobId"])
    assert job["status"] == "SUCCEEDED"
    assert job["name"] == "by industry"
    assert job["parameters"]["level"] == "group"
    assert job["createdAt"] <= job["startedAt"] <= job["completedAt"] < job["expiresAt"]
    assert job["error"] is None
    assert job["progress"]["rows"] == job["rowCount"]

    result = api.get(job["links"]["result"]).json()
    assert result["rowCount"] == len(result["rows"]) == job["rowCount"] > 0
    assert result["jobId"] == job["jobId"]
    assert result["truncated"] is False

    execution = environment.client("stepfunctions").describe_execution(
        executionArn=environment.output("AnalyticsStack", "StateMachineArn").replace(
            ":stateMachine:", ":execution:"
        )
        + f":{job['jobId']}"
    )
    assert json.loads(execution["input"])["operation"] == "customer_analysis"


def test_large_result_is_downloaded_by_following_the_redirect(api: Any) -> None:
    job = _done(api, {**CUSTOMERS, "format": "csv"})
    assert job["rowCount"] > 1000
    redirect = api.get(job["links"]["result"], allow_redirects=False)
    assert redirect.status_code == 303
    download = api.get(job["links"]["result"])
    assert download.status_code == 200
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(download.content).decode())))
    assert len(rows) == job["rowCount"]
    assert len({row["customer_id"] for row in rows}) == job["rowCount"]


def test_large_result_as_lines_of_json(api: Any) -> None:
    job = _done(api, CUSTOMERS)
    lines = gzip.decompress(api.get(job["links"]["result"]).content).splitlines()
    assert len(lines) == job["rowCount"] > 1000
    assert json.loads(lines[0])["customer_group"]


def test_client_can_wait_for_the_finished_job(api: Any) -> None:
    answer = api.post("/analytics/jobs", json=GROUPS, headers={"Prefer": "wait=20"})
    assert answer.headers["Preference-Applied"] == "wait=20"
    assert answer.status_code == 200
    assert answer.json()["status"] == "SUCCEEDED"


def test_same_key_and_body_is_the_same_job(api: Any) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = api.post("/analytics/jobs", json=GROUPS, headers=key).json()
    second = api.post("/analytics/jobs", json=GROUPS, headers=key).json()
    assert second["jobId"] == first["jobId"]
    other = api.post("/analytics/jobs", json=CUSTOMERS, headers=key)
    assert other.status_code == 409
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    assert _finished(api, first["jobId"])["status"] == "SUCCEEDED"


def test_job_is_listed(api: Any) -> None:
    job = _done(api, GROUPS)
    listing = api.get("/analytics/jobs", params={"status": "SUCCEEDED", "limit": 100}).json()
    assert job["jobId"] in {listed["jobId"] for listed in listing["jobs"]}
    moments = [listed["createdAt"] for listed in listing["jobs"]]
    assert moments == sorted(moments, reverse=True)


def test_wrong_job_is_refused_at_submission(api: Any) -> None:
    body = {"operation": "customer_analysis", "parameters": {"metric": "worth"}}
    answer = api.post("/analytics/jobs", json=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "#/parameters/metric"


def test_running_job_is_cancelled_and_stays_so(api: Any, environment: Environment) -> None:
    request = {"operation": endless.OPERATION, "parameters": endless.PARAMETERS}
    job_id = api.post("/analytics/jobs", json=request).json()["jobId"]
    query = f"job-runner/{job_id}"
    _until(lambda: backends(environment, query))
    unfinished = api.get(f"/analytics/jobs/{job_id}/result")
    assert unfinished.status_code == 409
    assert unfinished.json()["jobStatus"] == "RUNNING"

    cancelled = api.delete(f"/analytics/jobs/{job_id}")
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["status"] == "CANCELLED"
    _until(lambda: not backends(environment, query))
    assert api.delete(f"/analytics/jobs/{job_id}").status_code == 200
    assert api.get(f"/analytics/jobs/{job_id}").json()["status"] == "CANCELLED"
    assert api.get(f"/analytics/jobs/{job_id}/result").json()["type"] == "/problems/job-cancelled"


def _until(condition: Any) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_finished_job_cannot_be_cancelled(api: Any) -> None:
    job = _done(api, GROUPS)
    answer = api.delete(f"/analytics/jobs/{job['jobId']}")
    assert answer.status_code == 409
    assert answer.json()["jobStatus"] == "SUCCEEDED"


@pytest.mark.parametrize("job_id", ["nonsense", "018f0000-0000-7000-8000-000000000000", "a%22b"])
def test_unknown_job_is_not_found(api: Any, job_id: str) -> None:
    for answer in (
        api.get(f"/analytics/jobs/{job_id}"),
        api.get(f"/analytics/jobs/{job_id}/result"),
        api.delete(f"/analytics/jobs/{job_id}"),
    ):
        assert answer.status_code in {404, 410}
        assert answer.headers["Content-Type"] == "application/problem+json"
