"""Answers as HTTP shows them: JSON envelope or CSV, with their cache headers."""

import json
from datetime import datetime

import msgspec

from data_pipeline.analytics.answers import Answer, CacheState
from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.delimited import CONTENT_TYPE, fitting_csv
from data_pipeline.analytics.result import Result, ResultColumn
from data_pipeline.aws.api import Request, Response
from data_pipeline.aws.problems import Problem, ProblemError

_MEDIA_TYPES = {
    "text/csv": "csv",
    "text/*": "csv",
    "application/json": "json",
    "application/*": "json",
    "*/*": "json",
}


# A client may keep an answer, but asks each time whether it is current; that costs next to nothing.
_REVALIDATE = "private, no-cache"
# API Gateway gives all headers together 10,240 bytes.
_LONGEST_HEADER = 4096


class JobRequest(msgspec.Struct, frozen=True):
    """The request that gives all rows, ready to be sent; the path follows the API's base URL."""

    method: str
    path: str
    body: dict[str, object]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A result as the JSON body of an answer. `jobRequest` is there when rows were left out."""

    operation: str
    parameters: dict[str, object]
    columns: list[ResultColumn]
    rows: msgspec.Raw
    row_count: int
    truncated: bool
    dataset_version: int
    generated_at: datetime
    duration_ms: int
    request_id: str
    job_request: JobRequest | msgspec.UnsetType = msgspec.UNSET


def wanted_format(request: Request) -> str:
    """`json` or `csv`, by the Accept header; the first that can be served wins.

    Raises:
        ProblemError: 406 when none of what is accepted can be served.
    """
    accept = request.header("accept")
    if not accept:
        return "json"
    for media_range in sorted(accept.split(","), key=_quality, reverse=True):
        media_type = media_range.split(";")[0].strip().lower()
        if media_type in _MEDIA_TYPES and _quality(media_range) > 0:
            return _MEDIA_TYPES[media_type]
    raise ProblemError(
        Problem(
            kind="not-acceptable",
            title="Not acceptable",
            status=406,
            detail=f"Results come as application/json or text/csv, not as {accept}.",
        )
    )


def held_keys(request: Request, *, media: str) -> frozenset[str]:
    """The keys of the answers in this format that the client holds, from If-None-Match."""
    tags = (tag.strip() for tag in request.header("if-none-match").split(","))
    opaque = (tag.removeprefix("W/").strip('"') for tag in tags)
    return frozenset(tag.removesuffix(f".{media}") for tag in opaque if tag.endswith(f".{media}"))


def respond(answer: Answer, question: Question, request: Request, *, media: str) -> Response:
    """The answer in the wanted format."""
    result = answer.result
    headers = _headers(answer, media)
    if media == "json":
        headers |= _truncation(question, media, is_truncated=result.truncated)
        return Response(status=200, body=_json(result, question, request), headers=headers)
    text, is_cut = fitting_csv(result)
    headers |= _truncation(question, media, is_truncated=result.truncated or is_cut)
    headers["Content-Disposition"] = f'inline; filename="{question.operation.name}.csv"'
    return Response(status=200, body=text, content_type=CONTENT_TYPE, headers=headers)


def _headers(answer: Answer, media: str) -> dict[str, str]:
    headers = {
        "Cache-Control": _REVALIDATE,
        "Vary": "Accept",
        "X-Cache": str(answer.cache_state),
        "X-Dataset-Version": str(answer.result.dataset_version),
    }
    if answer.cache_state in {CacheState.HIT, CacheState.STALE}:
        headers["Age"] = str(answer.age)
    if answer.key:
        headers["ETag"] = entity_tag(answer.key, media)
    return headers


def _truncation(question: Question, media: str, *, is_truncated: bool) -> dict[str, str]:
    """What tells of rows left out, also to those who get no envelope."""
    if not is_truncated:
        return {"X-Truncated": "false"}
    job = json.dumps(_job_request(question, media).body)
    fits = len(job) <= _LONGEST_HEADER
    return {"X-Truncated": "true"} | ({"X-Job-Request": job} if fits else {})


def not_modified(key: str, *, media: str) -> Response:
    """304: the client's copy is current."""
    headers = {"ETag": entity_tag(key, media), "Cache-Control": _REVALIDATE, "Vary": "Accept"}
    return Response(status=304, headers=headers)


def entity_tag(key: str, media: str) -> str:
    """Weak, since two answers over the same data differ in `generatedAt` and `requestId`."""
    return f'W/"{key}.{media}"'


def _quality(media_range: str) -> float:
    for parameter in media_range.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _json(result: Result, question: Question, request: Request) -> str:
    envelope = Envelope(
        operation=question.operation.name,
        parameters=question.normalised(),
        columns=result.columns,
        rows=result.rows,
        row_count=result.row_count,
        truncated=result.truncated,
        dataset_version=result.dataset_version,
        generated_at=result.generated_at,
        duration_ms=result.duration_ms,
        request_id=request.request_id,
        job_request=_job_request(question, "json") if result.truncated else msgspec.UNSET,
    )
    return msgspec.json.encode(envelope).decode()


def _job_request(question: Question, media: str) -> JobRequest:
    # A limit that the user set for this answer would cut the job's off at the same row.
    parameters = {
        name: value for name, value in question.normalised().items() if name != "max_rows"
    }
    body: dict[str, object] = {
        "operation": question.operation.name,
        "parameters": parameters,
        "format": media,
    }
    return JobRequest(method="POST", path="/analytics/jobs", body=body)
