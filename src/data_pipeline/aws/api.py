"""API Gateway's REST proxy events as requests, answers as its proxy results, and the dispatch.

API Gateway has matched the route before it calls the function, so a table by method and resource
is all the routing there is; Powertools' resolver would match again and take 80 ms to import.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from data_pipeline.aws.observability import logger
from data_pipeline.aws.problems import Problem, ProblemError, internal_error

type Handler = Callable[[Request], Response]
type Routes = Mapping[tuple[str, str], Handler]

EXPOSED_HEADERS = (
    "Age",
    "Content-Disposition",
    "ETag",
    "Link",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "X-Cache",
    "X-Dataset-Version",
    "X-Job-Request",
    "X-Request-Id",
    "X-Truncated",
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as API Gateway's proxy event (payload format 1.0) holds it."""

    method: str
    resource: str
    path: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    owner: str

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Reads a proxy event. Header names become lower case; the owner is the API key's id."""
        context = event.get("requestContext") or {}
        text = event.get("body") or ""
        identity = context.get("identity") or {}
        return cls(
            method=event["httpMethod"],
            resource=event["resource"],
            # With the stage, as API Gateway itself names the request in its own errors.
            path=context.get("path") or event["path"],
            path_parameters=event.get("pathParameters") or {},
            query=event.get("multiValueQueryStringParameters") or {},
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            body=base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(),
            request_id=context.get("requestId") or "",
            owner=identity.get("apiKeyId") or "anonymous",
        )

    def header(self, name: str) -> str:
        """A header's value, or the empty string."""
        return self.headers.get(name.lower(), "")

    def json(self) -> object:
        """The body as JSON.

        Raises:
            ProblemError: 400 `malformed-json`, with the place of the mistake.
        """
        if not self.body.strip():
            raise _malformed("The body is empty. Send a JSON object.")
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _malformed(f"The body is not valid JSON: {error}.") from None


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer."""

    status: int
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_proxy_result(self, request_id: str) -> dict[str, object]:
        """The answer in the shape API Gateway expects, readable for pages of the allowed origin."""
        headers = {**_cors_headers(), "X-Request-Id": request_id, **self.headers}
        if self.body:
            headers["Content-Type"] = self.content_type
        return {
            "statusCode": self.status,
            "headers": headers,
            "body": self.body,
            "isBase64Encoded": False,
        }


def json_response(
    document: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer whose body is the document as JSON."""
    body = msgspec.json.encode(document).decode()
    return Response(status=status, body=body, headers=headers or {})


def dispatch(routes: Routes, event: Mapping[str, Any]) -> dict[str, object]:
    """Answers a proxy event by its route; every failure becomes a problem document."""
    request = Request.from_event(event)
    return _answer(routes, request).to_proxy_result(request.request_id)


def _answer(routes: Routes, request: Request) -> Response:
    handler = routes.get((request.method, request.resource))
    if handler is None:
        return problem_response(_no_route(routes, request), request)
    try:
        return handler(request)
    except ProblemError as error:
        return problem_response(error.problem, request, headers=error.headers)
    except Exception:  # noqa: BLE001 - whatever it is, the client gets a problem document
        logger.exception("request failed", extra={"path": request.path})
        return problem_response(internal_error(), request)


def problem_response(
    problem: Problem, request: Request, *, headers: Mapping[str, str] | None = None
) -> Response:
    """The problem as an answer to the request."""
    document = problem.document(instance=request.path, request_id=request.request_id)
    return Response(
        status=problem.status,
        body=msgspec.json.encode(document).decode(),
        content_type="application/problem+json",
        headers=headers or {},
    )


def _cors_headers() -> dict[str, str]:
    """Which pages may read the answer: those of the stage's origin, or of any."""
    return {
        "Access-Control-Allow-Origin": os.environ.get("CORS_ORIGIN") or "*",
        "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS),
        "X-Content-Type-Options": "nosniff",
    }


def _no_route(routes: Routes, request: Request) -> Problem:
    methods = sorted(method for method, resource in routes if resource == request.resource)
    if methods:
        return Problem(
            kind="method-not-allowed",
            title="Method not allowed",
            status=405,
            detail=f"{request.path} answers {', '.join(methods)}, not {request.method}.",
        )
    return Problem(
        kind="not-found",
        title="Not found",
        status=404,
        detail=f"There is nothing at {request.path}.",
    )


def _malformed(detail: str) -> ProblemError:
    return ProblemError(
        Problem(kind="malformed-json", title="Malformed JSON", status=400, detail=detail)
    )
