"""What API Gateway does by itself: whom it lets through, what it answers, what it logs."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from local.state import Environment
from tests.integration.conftest import TIMEOUT_SECONDS, Api

ROUTES = (
    ("GET", "/analytics"),
    ("POST", "/analytics"),
    ("GET", "/analytics/operations"),
    ("GET", "/analytics/jobs"),
    ("POST", "/analytics/jobs"),
    ("GET", "/analytics/jobs/0"),
    ("DELETE", "/analytics/jobs/0"),
    ("GET", "/analytics/jobs/0/result"),
)


def send(environment: Environment, method: str, path: str, **headers: str) -> requests.Response:
    return requests.request(
        method, f"{environment.api_url}{path}", headers=headers, timeout=TIMEOUT_SECONDS
    )


def problem(answer: requests.Response) -> dict[str, Any]:
    """The problem document, when the answer is one that any page may read."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    document: dict[str, Any] = answer.json()
    assert document.get("status", answer.status_code) == answer.status_code
    assert document["requestId"] == answer.headers["x-amzn-RequestId"]
    return document


type NewKey = Callable[..., str]


@pytest.fixture
def new_key(environment: Environment) -> Iterator[NewKey]:
    """Makes keys for the API, each with a usage plan of its own, both gone after the test."""
    client = environment.client("apigateway")
    stage = {"apiId": environment.output("AnalyticsStack", "ApiId"), "stage": "prod"}
    with ExitStack() as stack:

        def make(**limits: Any) -> str:
            name = f"test-{uuid.uuid4().hex}"
            plan = client.create_usage_plan(name=name, apiStages=[stage], **limits)["id"]
            stack.callback(client.delete_usage_plan, usagePlanId=plan)
            key = client.create_api_key(name=name, enabled=True)
            stack.callback(client.delete_api_key, apiKey=key["id"])
            client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
            return str(key["value"])

        yield make


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_route_is_closed_without_a_key(environment: Environment, method: str, path: str) -> None:
    for headers in ({}, {"x-api-key": "wrong"}):
        answer = send(environment, method, path, **headers)
        assert answer.status_code == 403
        assert problem(answer)["type"] == "/problems/invalid-api-key"


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("PUT", "/analytics")])
def test_unknown_route_is_not_found(environment: Environment, method: str, path: str) -> None:
    answer = send(environment, method, path)
    assert answer.status_code == 404
    document = problem(answer)
    assert document["type"] == "/problems/not-found"
    assert document["instance"] == f"/prod{path}"


def test_key_is_slowed_down_to_its_plan(environment: Environment, new_key: NewKey) -> None:
    key = new_key(throttle={"rateLimit": 0.01, "burstLimit": 2})
    answers = [send(environment, "GET", "/analytics/jobs/0", **{"x-api-key": key}) for _ in "123"]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert problem(answers[-1])["type"] == "/problems/too-many-requests"


def test_key_is_refused_when_its_quota_is_used_up(
    environment: Environment, new_key: NewKey
) -> None:
    key = new_key(quota={"limit": 1, "period": "MONTH"})
    answers = [send(environment, "GET", "/analytics/jobs/0", **{"x-api-key": key}) for _ in "12"]
    assert [answer.status_code for answer in answers] == [404, 429]
    assert problem(answers[-1])["type"] == "/problems/quota-exceeded"


def test_body_that_is_too_large_is_refused(api: Api) -> None:
    answer = api.post("/analytics", data=b" " * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert problem(answer)["type"] == "/problems/request-too-large"


def test_health_is_open(environment: Environment) -> None:
    assert send(environment, "GET", "/health").status_code == 200


@pytest.mark.parametrize("path", ["/health", *dict.fromkeys(path for _, path in ROUTES)])
def test_preflight_allows_the_headers_that_clients_send(
    environment: Environment, path: str
) -> None:
    answer = send(environment, "OPTIONS", path, Origin="https://console.example.com")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    for header in ("x-api-key", "content-type", "idempotency-key", "prefer", "if-none-match"):
        assert header in allowed


@pytest.mark.parametrize("path", ["/analytics", "/analytics/jobs"])
@pytest.mark.parametrize(
    "body",
    [{}, [], {"operation": 1}, {"operation": ""}, {"operation": "simple_demo", "parameters": []}],
    ids=str,
)
def test_body_of_another_form_is_refused(api: Api, path: str, body: object) -> None:
    answer = api.post(path, json=body)
    assert answer.status_code == 400
    assert problem(answer)["type"] in {"/problems/invalid-request", "/problems/missing-operation"}


def test_refused_body_is_told_what_is_wrong(api: Api) -> None:
    wrong_type = problem(api.post("/analytics", json={"operation": 1}))
    assert "instance type (integer) does not match" in wrong_type["detail"]
    no_json = problem(api.post("/analytics", data='{"operation": '))
    assert "is no JSON" in no_json["detail"]


def test_each_request_leaves_a_line_without_secrets_in_the_access_log(
    environment: Environment, api: Api, unique: str
) -> None:
    answer = api.get("/analytics/jobs/0", params={"secret": unique})
    request_id = answer.headers["x-amzn-RequestId"]
    line = _access_log_line(environment, request_id)
    assert unique not in line
    assert api.key not in line
    entry = json.loads(line)
    assert (entry["method"], entry["resource"], entry["status"]) == (
        "GET",
        "/analytics/jobs/{jobId}",
        "404",
    )


def test_refused_request_leaves_its_reason_in_the_access_log(environment: Environment) -> None:
    answer = send(environment, "GET", "/analytics")
    line = _access_log_line(environment, answer.headers["x-amzn-RequestId"])
    assert json.loads(line)["error"] == "INVALID_API_KEY"


def _access_log_line(environment: Environment, request_id: str) -> str:
    logs = environment.client("logs")
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        found = logs.filter_log_events(
            logGroupName="/aws/apigateway/data-pipeline", filterPattern=f'"{request_id}"'
        )
        for event in found["events"]:
            if request_id in event["message"]:
                return str(event["message"])
        time.sleep(0.2)
    raise TimeoutError(f"No line about {request_id}")
