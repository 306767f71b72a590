"""Requests for a job, checked."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import msgspec

from data_pipeline.analytics.catalog import Question, parse
from data_pipeline.analytics.problems import invalid_request
from data_pipeline.analytics.questions import members
from data_pipeline.aws.api import Request
from data_pipeline.aws.problems import FieldError
from data_pipeline.jobs.job import DEFAULT_TTL, LONGEST_TTL, SHORTEST_TTL, Format

# API Gateway waits 29 seconds for an answer.
LONGEST_WAIT_SECONDS = 20
# The workflow's state holds the parameters beside the result, in 256 KB:
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_BODY_BYTES = 32 * 1024
_LONGEST_NAME = 200
_LONGEST_KEY = 255


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A checked request for a job. The hash is the same for the same body."""

    question: Question
    format: Format
    name: str | None
    retention: timedelta
    owner: str
    idempotency_key: str | None
    request_hash: str


def submission(request: Request) -> Submission:
    """What the request asks for.

    Raises:
        ProblemError: 400, saying what is wrong with it.
    """
    known = ("operation", "parameters", "format", "name", "ttl")
    body = members(request, known=known, most_bytes=MOST_BODY_BYTES)
    question = parse(body.get("operation"), body.get("parameters"))
    errors: list[FieldError] = []
    wanted = body.get("format", Format.JSON)
    if wanted not in list(Format):
        detail = f"'format' must be one of {', '.join(Format)}."
        errors.append(FieldError(pointer="#/format", detail=detail))
    name = body.get("name")
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME):
        detail = f"'name' must be a string of 1 to {_LONGEST_NAME} characters."
        errors.append(FieldError(pointer="#/name", detail=detail))
    ttl = body.get("ttl", DEFAULT_TTL)
    if type(ttl) is not int or not SHORTEST_TTL <= ttl <= LONGEST_TTL:
        detail = (
            f"'ttl' must be a whole number of seconds, from {SHORTEST_TTL} (3 hours) to "
            f"{LONGEST_TTL} (30 days)."
        )
        errors.append(FieldError(pointer="#/ttl", detail=detail))
    key = request.header("idempotency-key")
    if len(key) > _LONGEST_KEY:
        detail = f"The Idempotency-Key must have at most {_LONGEST_KEY} characters."
        errors.append(FieldError(pointer="#", detail=detail))
    if errors:
        raise invalid_request(errors)
    return Submission(
        question=question,
        format=Format(str(wanted)),
        name=str(name) if name is not None else None,
        retention=timedelta(seconds=cast("int", ttl)),
        owner=request.owner,
        idempotency_key=key or None,
        request_hash=hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest(),
    )


def preferred_wait(prefer: str) -> int:
    """Seconds from the header `Prefer: wait=N` (RFC 7240, section 4.3), 0 without one."""
    match = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})", prefer, re.IGNORECASE)
    return min(int(match[1]), LONGEST_WAIT_SECONDS) if match else 0
