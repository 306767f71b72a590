"""Headers of requests and of answers."""

from typing import Final

from infra.openapi.naming import Schema

CACHE_CONTROL: Final[Schema] = {
    "name": "Cache-Control",
    "in": "header",
    "description": "`no-cache`: run the query, even if its answer is kept.",
    "schema": {"type": "string", "examples": ["no-cache"]},
}
IF_NONE_MATCH: Final[Schema] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETags of answers that the client holds: 304 when one of them is current.",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body are the same job, however often they are sent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
PREFER: Final[Schema] = {
    "name": "Prefer",
    "in": "header",
    "description": "`wait=N` (RFC 7240): wait up to N seconds, at most 20, for the job's end.",
    "schema": {"type": "string", "examples": ["wait=20"]},
}


def _text(description: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}}


def _number(description: str) -> Schema:
    return {"description": description, "schema": {"type": "integer"}}


REQUEST_ID: Final = {"X-Request-Id": _text("Under which the log has the request.")}
TAGGED: Final = {
    "Cache-Control": _text("How long the answer may be kept without asking again."),
    "ETag": _text(
        "Identifies the answer, for If-None-Match. None of a stale answer, and none of "
        "one that would be another if it was made again."
    ),
}
ANSWER: Final = {
    **REQUEST_ID,
    **TAGGED,
    "Age": _number("Seconds since the answer was made, of X-Cache HIT and STALE."),
    "X-Cache": {
        "description": "HIT: kept, and the data is the same. MISS: made now. BYPASS: made now, as "
        "asked for, or since it would be another each time. STALE: kept, and the database "
        "is away, so the data may have changed.",
        "schema": {"type": "string", "enum": ["HIT", "MISS", "BYPASS", "STALE"]},
    },
    "X-Dataset-Version": _number("The version of the data that the answer is made from."),
    "X-Truncated": {
        "description": "Whether rows were left out.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    "X-Job-Request": _text(
        "Of a truncated answer: the body to POST to /analytics/jobs for all rows, as JSON."
    ),
}
LOCATION: Final = {"Location": _text("Where to go, relative to the request's address.")}
RETRY_AFTER: Final = {"Retry-After": _number("Seconds to wait before asking again.")}
PREFERENCE: Final = {"Preference-Applied": _text("The wait that was granted.")}
