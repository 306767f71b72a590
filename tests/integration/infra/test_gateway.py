"""What API Gateway does before any function runs."""

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


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_route_is_closed_without_a_key(environment: Environment, method: str, path: str) -> None:
    assert send(environment, method, path).status_code == 403
    assert send(environment, method, path, **{"x-api-key": "wrong"}).status_code == 403


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
    assert api.post(path, json=body).status_code == 400
