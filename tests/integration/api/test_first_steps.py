"""The first calls that people make, as they make them, and the answers that they were promised."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.integration.conftest import TIMEOUT_SECONDS, Api

type Call = Callable[..., requests.Response]


@pytest.fixture
def curl(api: Api) -> Call:
    """Sends what curl would: text as it is, with the key."""

    def curl(method: str, path: str, data: str | None = None) -> requests.Response:
        return requests.request(
            method,
            f"{api.url}{path}",
            data=data,
            headers={"x-api-key": api.key, "Content-Type": "application/json"},
            timeout=TIMEOUT_SECONDS,
        )

    return curl


@pytest.fixture
def operations(api: Api) -> list[str]:
    """What the deployed API can be asked, in the order of the alphabet."""
    catalog = api.get("/analytics/operations").json()
    return sorted(operation["name"] for operation in catalog["operations"])


def _problem(answer: requests.Response, kind: str) -> Any:
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/problems/{kind}"
    assert problem["status"] == 400
    assert problem["instance"] == "/prod/analytics"
    assert problem["requestId"] == answer.headers["X-Request-Id"]
    return problem


@pytest.mark.parametrize("operation", ["database_info", "customer_analysis", "simple_demo"])
def test_operation_named_in_the_query_string_is_answered(curl: Call, operation: str) -> None:
    answer = curl("GET", f"/analytics?operation={operation}")
    assert answer.status_code == 200
    envelope = answer.json()
    assert envelope["operation"] == operation
    assert 0 < envelope["rowCount"] == len(envelope["rows"])
    assert envelope["datasetVersion"] == int(answer.headers["X-Dataset-Version"])
    assert answer.headers["X-Cache"] in {"HIT", "MISS"}


def test_invalid_operation_lists_what_exists(curl: Call, operations: list[str]) -> None:
    problem = _problem(
        curl("POST", "/analytics", '{"operation": "invalid_operation"}'), "unknown-operation"
    )
    assert problem["availableOperations"] == operations
    assert all(name in problem["detail"] for name in operations)


def test_query_of_a_table_that_is_not_there_names_it_and_its_place(curl: Call) -> None:
    body = (
        '{"operation": "custom_complex_query",'
        ' "parameters": {"query": "SELECT * FROM non_existent_table"}}'
    )
    problem = _problem(curl("POST", "/analytics", body), "invalid-query")
    assert "'non_existent_table'" in problem["detail"]
    assert (problem["line"], problem["column"]) == (1, 15)
    assert problem["sqlState"] == "42P01"
    assert problem["errors"][0]["pointer"] == "#/parameters/query"


@pytest.mark.parametrize("path", ["/analytics", "/analytics/jobs"])
@pytest.mark.parametrize("body", ['{"operation": ', "nonsense", '{"operation": "simple_demo",}'])
def test_malformed_json_is_refused(curl: Call, path: str, body: str) -> None:
    answer = curl("POST", path, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/invalid-request"
    assert problem["detail"].startswith("The body has not the form it must have: ")


@pytest.mark.parametrize("body", ["{}", '{"parameters": {}}'])
def test_missing_operation_lists_what_exists(curl: Call, operations: list[str], body: str) -> None:
    problem = _problem(curl("POST", "/analytics", body), "missing-operation")
    assert problem["availableOperations"] == operations
    assert _problem(curl("GET", "/analytics"), "missing-operation")["availableOperations"]


def test_missing_parameter_is_named(curl: Call) -> None:
    for answer in (
        curl("POST", "/analytics", '{"operation": "custom_complex_query"}'),
        curl("GET", "/analytics?operation=custom_complex_query"),
    ):
        problem = _problem(answer, "invalid-parameters")
        assert problem["errors"] == [{"pointer": "#/parameters/query", "detail": "Field required."}]


def test_result_that_is_too_wide_is_cut_and_never_a_bad_gateway(curl: Call) -> None:
    columns = ", ".join(f"repeat('\"', 1000) AS quotes_{number}" for number in range(20))
    query = f"SELECT {columns} FROM generate_series(1, 900)"
    question = {"operation": "custom_complex_query", "parameters": {"query": query}}
    answer = curl("POST", "/analytics", json.dumps(question))
    assert answer.status_code == 200, answer.text[:500]
    envelope = answer.json()
    assert envelope["truncated"] is True
    assert 50 < envelope["rowCount"] == len(envelope["rows"]) < 900
    job = envelope["jobRequest"]
    assert job["body"]["parameters"]["query"].startswith("SELECT repeat")


def test_documentation_needs_no_key_and_names_no_other_place(api: Api) -> None:
    page = requests.get(f"{api.url}/docs", timeout=TIMEOUT_SECONDS)
    assert page.status_code == 200
    assert "://" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "documentation.js"):
        assert f"docs/{name}" in page.text
        file = requests.get(f"{api.url}/docs/{name}", timeout=TIMEOUT_SECONDS)
        assert file.status_code == 200
        held = requests.get(
            f"{api.url}/docs/{name}",
            headers={"If-None-Match": file.headers["ETag"]},
            timeout=TIMEOUT_SECONDS,
        )
        assert held.status_code == 304
    assert requests.get(f"{api.url}/docs/handler.py", timeout=TIMEOUT_SECONDS).status_code == 404


def test_api_serves_the_document_of_its_own_operations(api: Api) -> None:
    answer = requests.get(f"{api.url}/openapi.json", timeout=TIMEOUT_SECONDS)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    operations = answer.json()["components"]["schemas"]["Question"]["discriminator"]["mapping"]
    catalog = api.get("/analytics/operations").json()["operations"]
    assert list(operations) == [operation["name"] for operation in catalog]
