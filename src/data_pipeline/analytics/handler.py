"""The function behind the analytics routes of the API."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from data_pipeline.analytics import documentation, health, representation
from data_pipeline.analytics.answers import Analytics, NotModified
from data_pipeline.analytics.cache import QueryCache
from data_pipeline.analytics.catalog import Question, describe
from data_pipeline.analytics.health import OverallState
from data_pipeline.analytics.questions import from_body, from_query_string
from data_pipeline.aws.api import Request, Response, Routes, dispatch, json_response
from data_pipeline.aws.database import Database
from data_pipeline.aws.observability import instrumented
from data_pipeline.aws.settings import load

_APPLICATION = "advanced-analytics"


@dataclass(frozen=True, kw_only=True)
class AnalyticsSettings:
    """Settings of the function that answers analytics requests at once."""

    database_secret_id: str
    query_cache_table: str
    cache_ttl_seconds: int


@instrumented
def handle(event: dict[str, Any], _context: object) -> dict[str, object]:
    """Answers an API Gateway proxy event."""
    return dispatch(_ROUTES, event)


def _health(request: Request) -> Response:
    found = health.check(_analytics(), correlation_id=request.request_id)
    headers = {"Cache-Control": "no-store"}
    status = 503 if found.status is OverallState.UNAVAILABLE else 200
    return json_response(found, status=status, headers=headers)


def _operations(_request: Request) -> Response:
    return json_response(describe(), headers={"Cache-Control": "public, max-age=300"})


def _get(request: Request) -> Response:
    return _answer(from_query_string(request), request)


def _post(request: Request) -> Response:
    return _answer(from_body(request), request)


def _answer(question: Question, request: Request) -> Response:
    media = representation.wanted_format(request)
    answer = _analytics().answer(
        question,
        correlation_id=request.request_id,
        use_cache="no-cache" not in request.header("cache-control").lower(),
        held=representation.held_keys(request, media=media),
    )
    if isinstance(answer, NotModified):
        return representation.not_modified(answer.key, media=media)
    return representation.respond(answer, question, request, media=media)


@cache
def _analytics() -> Analytics:
    settings = load(AnalyticsSettings)
    return Analytics(
        application=_APPLICATION,
        database=Database(secret_id=settings.database_secret_id, application=_APPLICATION),
        cache=QueryCache(table=settings.query_cache_table, ttl_seconds=settings.cache_ttl_seconds),
    )


_ROUTES: Routes = {
    ("GET", "/health"): _health,
    ("GET", "/analytics"): _get,
    ("POST", "/analytics"): _post,
    ("GET", "/analytics/operations"): _operations,
    ("GET", "/openapi.json"): documentation.openapi,
    ("GET", "/docs"): documentation.page,
    ("GET", "/docs/{file}"): documentation.file,
}
