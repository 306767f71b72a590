"""The routes of jobs."""

from typing import Final

from pydantic import BaseModel

from data_pipeline.analytics.catalog import OPERATIONS
from data_pipeline.jobs.job import Format
from data_pipeline.jobs.listing import ListingParameters
from data_pipeline.jobs.result_pages import ResultParameters
from infra.openapi import headers
from infra.openapi.naming import Schema, reference
from infra.openapi.problems import ANYWHERE, WITH_BODY, WITH_KEY, problem_responses
from infra.openapi.schemas import example

_EVERY: Final = (*ANYWHERE, *WITH_KEY)
_JOB_ID: Final[Schema] = {
    "name": "jobId",
    "in": "path",
    "required": True,
    "description": "The job's id.",
    "schema": {"type": "string", "format": "uuid"},
    "example": "01936c5e-7b1c-7d3a-9f52-0242ac120002",
}
_EXAMPLE: Final = "customer_analysis"


def job_routes() -> Schema:
    """Submitting, listing, watching and cancelling jobs, and their results."""
    return {
        "/analytics/jobs": {"get": _list(), "post": _submit()},
        "/analytics/jobs/{jobId}": {
            "parameters": [_JOB_ID],
            "get": _status(),
            "delete": _cancel(),
        },
        "/analytics/jobs/{jobId}/result": {"parameters": [_JOB_ID], "get": _result()},
    }


def _job(description: str, more: Schema | None = None) -> Schema:
    return {
        "description": description,
        "headers": {**headers.REQUEST_ID, **(more or {})},
        "content": {"application/json": {"schema": reference("JobResource")}},
    }


def _submit() -> Schema:
    sent = {**headers.LOCATION, **headers.PREFERENCE}
    body = {
        **(example(OPERATIONS[_EXAMPLE]) or {}),
        "format": str(Format.CSV),
        "name": "all customers",
    }
    kinds = (
        *_EVERY,
        *WITH_BODY,
        *("missing-operation", "unknown-operation", "invalid-parameters", "invalid-query"),
        *("query-not-allowed", "idempotency-key-reused", "too-many-jobs"),
        "workflow-unavailable",
    )
    return {
        "operationId": "submitJob",
        "summary": "Runs a question as a job, which gives all rows",
        "tags": ["Jobs"],
        "parameters": [headers.IDEMPOTENCY_KEY, headers.PREFER],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": reference("JobSubmission"),
                    "examples": {_EXAMPLE: {"summary": "All customers as CSV", "value": body}},
                }
            },
        },
        "responses": {
            "200": _job("The job has ended within the time that Prefer gives.", sent),
            "202": _job("The job will run.", {**sent, **headers.RETRY_AFTER}),
            **problem_responses(kinds),
        },
    }


def _list() -> Schema:
    return {
        "operationId": "listJobs",
        "summary": "Lists the key's jobs, the newest first",
        "tags": ["Jobs"],
        "parameters": _query(ListingParameters),
        "responses": {
            "200": {
                "description": "A page of jobs.",
                "headers": headers.REQUEST_ID,
                "content": {"application/json": {"schema": reference("JobListing")}},
            },
            **problem_responses((*_EVERY, "invalid-request", "bad-request")),
        },
    }


def _status() -> Schema:
    found = _job("The job.")
    del found["headers"]
    return {
        "operationId": "getJob",
        "summary": "Says how far a job is",
        "tags": ["Jobs"],
        "responses": {
            "200": found,
            **problem_responses(
                (*_EVERY, "job-not-found", "job-expired", "jobs-unavailable", "bad-request")
            ),
        },
    }


def _cancel() -> Schema:
    kinds = (*_EVERY, "job-not-found", "job-expired", "job-already-finished", "bad-request")
    return {
        "operationId": "cancelJob",
        "summary": "Stops a job and its query",
        "tags": ["Jobs"],
        "responses": {
            "200": _job("The job, cancelled now or before."),
            **problem_responses(kinds),
        },
    }


def _result() -> Schema:
    ended = ("job-failed", "job-cancelled", "job-timed-out", "job-not-finished")
    refused = ("invalid-request", "not-acceptable", "bad-request")
    return {
        "operationId": "getJobResult",
        "summary": "Gives all rows of a job, or the way to them",
        "tags": ["Jobs"],
        "parameters": _query(ResultParameters),
        "responses": {
            "200": {
                "description": "A small result.",
                "headers": headers.REQUEST_ID,
                "content": {
                    "application/json": {"schema": reference("JobResult")},
                    "text/csv": {"schema": {"type": "string"}},
                },
            },
            "303": {
                "description": "A large result: a URL that works for 15 minutes, of a gzip file of "
                "lines of JSON or of CSV, or of a Parquet file.",
                "headers": {**headers.REQUEST_ID, **headers.LOCATION},
            },
            **problem_responses((*_EVERY, *ended, *refused, "job-not-found", "job-expired")),
        },
    }


def _query(model: type[BaseModel]) -> list[Schema]:
    """The parameters of a query string."""
    properties = model.model_json_schema(by_alias=True)
    definitions = properties.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "description": schema.get("description", "From the page before."),
            "schema": _plain(schema, definitions),
        }
        for name, schema in properties["properties"].items()
    ]


def _plain(schema: Schema, definitions: Schema) -> Schema:
    """A query parameter's schema without null, references and documentation."""
    choices = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    found = choices[0]
    if "$ref" in found:
        found = definitions[found["$ref"].rsplit("/", 1)[-1]]
    return {name: found[name] for name in found if name not in {"description", "title"}}
