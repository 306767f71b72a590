import base64
import json
from typing import Any

import pytest

from data_pipeline.aws.api import Request, Response, dispatch, json_response
from data_pipeline.aws.problems import FieldError, Problem, ProblemError
from tests.unit.proxy_events import proxy_event


def _echo(request: Request) -> Response:
    return json_response({"body": request.json()})


def _refuse(_request: Request) -> Response:
    problem = Problem(
        kind="teapot",
        title="Teapot",
        status=418,
        detail="Short and stout.",
        errors=(FieldError(pointer="#/spout", detail="Missing."),),
        extensions={"handle": True},
    )
    raise ProblemError(problem, headers={"Retry-After": "3"})


def _crash(_request: Request) -> Response:
    raise RuntimeError("connection to server at 10.0.0.7 failed, password hunter2")


ROUTES = {("POST", "/echo"): _echo, ("GET", "/refuse"): _refuse, ("GET", "/crash"): _crash}


def _body(result: dict[str, object]) -> Any:
    return json.loads(str(result["body"]))


def _headers(result: dict[str, object]) -> dict[str, str]:
    headers = result["headers"]
    assert isinstance(headers, dict)
    return headers


def test_answer_carries_cors_and_request_id() -> None:
    result = dispatch(ROUTES, proxy_event("POST", "/echo", body={"a": 1}))
    assert result["statusCode"] == 200
    assert _body(result) == {"body": {"a": 1}}
    assert _headers(result)["Access-Control-Allow-Origin"] == "*"
    assert _headers(result)["X-Request-Id"] == "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize("path", ["/echo", "/nowhere"])
def test_answers_and_errors_are_readable_for_pages_of_the_allowed_origin(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORS_ORIGIN", "https://console.example.com")
    headers = _headers(dispatch(ROUTES, proxy_event("POST", path, body={})))
    assert headers["Access-Control-Allow-Origin"] == "https://console.example.com"
    assert "X-Truncated" in headers["Access-Control-Expose-Headers"]


def test_body_in_base64_is_decoded() -> None:
    event = proxy_event("POST", "/echo")
    event |= {"body": base64.b64encode('{"a": "ü"}'.encode()).decode(), "isBase64Encoded": True}
    assert _body(dispatch(ROUTES, event)) == {"body": {"a": "ü"}}


def test_body_that_is_no_text_is_a_problem() -> None:
    event = proxy_event("POST", "/echo")
    event |= {"body": base64.b64encode(b'{"a": "\xff"}').decode(), "isBase64Encoded": True}
    assert _body(dispatch(ROUTES, event))["type"] == "/problems/malformed-json"


@pytest.mark.parametrize("body", ['{"operation": ', "nonsense", "", None, "[" * 100_000])
def test_malformed_body_is_a_problem(body: str | None) -> None:
    result = dispatch(ROUTES, proxy_event("POST", "/echo", body=body))
    assert result["statusCode"] == 400
    assert _headers(result)["Content-Type"] == "application/problem+json"
    assert _body(result)["type"] == "/problems/malformed-json"


def test_problem_has_the_members_of_rfc_9457_and_its_own() -> None:
    result = dispatch(ROUTES, proxy_event("GET", "/refuse"))
    assert result["statusCode"] == 418
    assert _headers(result)["Retry-After"] == "3"
    assert _headers(result)["Access-Control-Allow-Origin"] == "*"
    assert _body(result) == {
        "type": "/problems/teapot",
        "title": "Teapot",
        "status": 418,
        "detail": "Short and stout.",
        "instance": "/prod/refuse",
        "requestId": "11111111-2222-4333-8444-555555555555",
        "errors": [{"pointer": "#/spout", "detail": "Missing."}],
        "handle": True,
    }


def test_crash_tells_the_client_nothing_of_its_cause() -> None:
    result = dispatch(ROUTES, proxy_event("GET", "/crash"))
    assert result["statusCode"] == 500
    assert _body(result)["type"] == "/problems/internal-error"
    assert "10.0.0.7" not in str(result)
    assert "hunter2" not in str(result)


def test_unknown_route_and_wrong_method_are_told_apart() -> None:
    assert dispatch(ROUTES, proxy_event("GET", "/nowhere"))["statusCode"] == 404
    wrong = dispatch(ROUTES, proxy_event("DELETE", "/echo"))
    assert wrong["statusCode"] == 405
    assert "POST" in _body(wrong)["detail"]


def test_header_names_are_found_in_any_case() -> None:
    event = proxy_event("GET", "/refuse", headers={"If-NONE-match": '"x"'})
    assert Request.from_event(event).header("If-None-Match") == '"x"'
