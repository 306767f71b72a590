"""Which part of a result a request wants, and in which format."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from data_pipeline.analytics.catalog import field_errors
from data_pipeline.analytics.problems import invalid_request
from data_pipeline.analytics.questions import single_values
from data_pipeline.analytics.result import Result
from data_pipeline.aws.api import Request
from data_pipeline.jobs import problems
from data_pipeline.jobs.job import Format

MOST_ROWS: Final = 1000
_MEDIA_TYPES: Final = {
    Format.JSON: {"application/json", "application/*"},
    Format.CSV: {"text/csv", "text/*"},
}


_Offset = Annotated[int, msgspec.Meta(ge=0)]


def _offset(token: str) -> int:
    offset: int = msgspec.json.decode(base64.urlsafe_b64decode(token), type=_Offset)
    return offset


def _check_token(token: str | None) -> str | None:
    try:
        if token is not None:
            _offset(token)
    except (binascii.Error, ValueError):
        raise ValueError("it is not one that a result gave") from None
    return token


class ResultParameters(BaseModel):
    """How to give a small result. A large one is a file, and given as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format: Format | None = Field(
        default=None, description="As the job says, if neither this nor `Accept` does."
    )
    limit: int = Field(default=MOST_ROWS, ge=1, le=MOST_ROWS, description="Most rows on a page.")
    next_token: Annotated[str | None, Field(alias="nextToken"), AfterValidator(_check_token)] = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows of a result; without `next_token` they are the last."""

    result: Result
    next_token: str | None


def wanted_result(request: Request) -> ResultParameters:
    """What the query string asks for.

    Raises:
        ProblemError: 400 for parameters that are wrong.
    """
    try:
        return ResultParameters.model_validate(single_values(request))
    except ValidationError as invalid:
        known = ["format", "limit", "nextToken"]
        raise invalid_request(field_errors(invalid, known, under="#")) from None


def format_of_rows(wanted: ResultParameters, accept: str, given: Format) -> Format:
    """The format for the rows of a small result of a job that was given in another, perhaps.

    Raises:
        ProblemError: 406 when rows are not given in what is wanted.
    """
    if wanted.format in _MEDIA_TYPES:
        return wanted.format
    accepted = {media_range.partition(";")[0].strip().lower() for media_range in accept.split(",")}
    for served in sorted(_MEDIA_TYPES, key=lambda one: one is not given):
        if wanted.format is None and accepted & (_MEDIA_TYPES[served] | {"", "*/*"}):
            return served
    raise problems.not_acceptable(wanted.format or accept)


def page_of(result: Result, wanted: ResultParameters) -> Page:
    """The rows that are wanted."""
    start = _offset(wanted.next_token) if wanted.next_token else 0
    end = start + wanted.limit
    if start == 0 and result.row_count <= end:
        return Page(result=result, next_token=None)
    rows = msgspec.json.decode(result.rows, type=list[msgspec.Raw])[start:end]
    part = msgspec.structs.replace(
        result, rows=msgspec.Raw(msgspec.json.encode(rows)), row_count=len(rows)
    )
    return Page(result=part, next_token=_token(end) if end < result.row_count else None)


def link_to_next(wanted: ResultParameters, token: str) -> str:
    """The header `Link` (RFC 8288), relative to the request's own URL."""
    query = {"limit": wanted.limit, "nextToken": token}
    if wanted.format:
        query["format"] = str(wanted.format)
    return f'<result?{urlencode(query)}>; rel="next"'


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(offset)).decode()
