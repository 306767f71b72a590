"""The problems there are, and answers that hold one (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from infra.openapi.naming import Schema, reference

PROBLEM: Final[Schema] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457). Further members depend on the type.",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Names the kind of problem, `/problems/unknown-operation`. Stable: "
            "programs decide by it.",
        },
        "title": {"type": "string", "description": "The type in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What happened and what to do, for people."},
        "instance": {"type": "string", "description": "The path of the request."},
        "requestId": {"type": "string", "description": "Under which the log has the request."},
        "errors": {
            "type": "array",
            "description": "Everything that is wrong with the request.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON Pointer (RFC 6901) as a fragment, "
                        "`#/parameters/limit`; into the body that a query string stands for.",
                    },
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "detail"],
            },
        },
        "availableOperations": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of unknown-operation and missing-operation: what there is.",
        },
        "suggestion": {
            "type": "string",
            "description": "Of unknown-operation: the operation with the nearest name.",
        },
        "jobId": {"type": "string", "description": "Of problems with a job."},
        "jobStatus": {"type": "string", "description": "Of problems with a job: its status."},
    },
    "required": ["type", "title", "detail", "instance", "requestId"],
}

# The problem that ended a job was met by no request.
JOB_ERROR: Final[Schema] = {
    **PROBLEM,
    "title": "JobError",
    "description": "Why a job has failed: a problem without a request.",
    "required": ["type", "title", "detail"],
}

# By status, what each type means. A test proves that nothing else is ever answered.
TYPES: Final[dict[int, dict[str, str]]] = {
    400: {
        "malformed-json": "The body is no JSON; `detail` says where.",
        "invalid-request": "The request has not the form it must have.",
        "missing-operation": "The request names no operation; the answer lists what there is.",
        "unknown-operation": "There is no such operation; the answer lists what there is.",
        "invalid-parameters": "Parameters are unknown or wrong; `errors` has each.",
        "invalid-query": "The user's SQL is wrong; `detail` says what and where.",
        "query-not-allowed": "The user's SQL does what none may do here.",
        "bad-request": "The gateway could not read the request.",
    },
    403: {
        "invalid-api-key": "The header x-api-key is missing, or has no valid key.",
        "access-denied": "The request is refused whatever the key.",
    },
    404: {
        "not-found": "There is no such route.",
        "job-not-found": "There is no such job.",
    },
    405: {"method-not-allowed": "The route does not answer the method."},
    406: {"not-acceptable": "No type that the header Accept names can be served."},
    409: {
        "idempotency-key-reused": "The Idempotency-Key was sent before with another body.",
        "job-not-finished": "The job has no result yet.",
        "job-already-finished": "The job has ended and cannot be cancelled.",
        "job-failed": "The job has failed and has no result; `jobError` says why.",
        "job-cancelled": "The job was cancelled and has no result.",
        "job-timed-out": "The job took too long and has no result.",
    },
    410: {"job-expired": "The job has expired, and its result with it."},
    413: {"request-too-large": "The body is larger than 256 KB, that of a job than 32 KB."},
    415: {"unsupported-media-type": "The body is not sent as application/json."},
    429: {
        "too-many-requests": "The key sends requests faster than its plan allows.",
        "quota-exceeded": "The key has used up its requests for today.",
        "too-many-jobs": "The key has as many unfinished jobs as it may have.",
    },
    500: {"internal-error": "A fault of ours; the log has its cause under the requestId."},
    502: {"bad-gateway": "The function behind the route failed."},
    503: {
        "database-unavailable": "The database is away, and no kept answer can stand in for it.",
        "workflow-unavailable": "The job could not be started now.",
        "jobs-unavailable": "The state of the job can't be read now.",
    },
    504: {
        "query-timeout": "The query was stopped; run it as a job.",
        "gateway-timeout": "The answer took too long; run the query as a job.",
    },
}

# What the gateway can answer on any route, and on those that need a key.
ANYWHERE: Final = ("internal-error", "bad-gateway", "gateway-timeout", "too-many-requests")
WITH_KEY: Final = ("invalid-api-key", "access-denied", "quota-exceeded")
WITH_BODY: Final = (
    *("malformed-json", "invalid-request", "bad-request"),
    *("request-too-large", "unsupported-media-type"),
)


def problem_responses(kinds: Sequence[str]) -> dict[str, Schema]:
    """The answers that hold one of these problems, by status."""
    responses: dict[str, Schema] = {}
    for status, types in TYPES.items():
        possible = [kind for kind in types if kind in kinds]
        if possible:
            lines = [f"* `/problems/{kind}`: {types[kind]}" for kind in possible]
            responses[str(status)] = {
                "description": "\n".join([f"{HTTPStatus(status).phrase}.", "", *lines]),
                "content": {"application/problem+json": {"schema": reference("Problem")}},
            }
    return responses
