"""The function behind the job routes of the API."""

import hashlib
from functools import cache
from typing import Any

import msgspec

from data_pipeline.analytics.catalog import parse
from data_pipeline.analytics.problems import invalid_request
from data_pipeline.analytics.questions import members, single_values
from data_pipeline.aws.api import Request, Response, Routes, dispatch, json_response
from data_pipeline.aws.observability import instrumented
from data_pipeline.aws.problems import FieldError
from data_pipeline.aws.settings import JobsSettings, load
from data_pipeline.jobs.cancel import Canceller
from data_pipeline.jobs.job import Format, Job, Status
from data_pipeline.jobs.listing import Lister
from data_pipeline.jobs.results import Results
from data_pipeline.jobs.store import JobStore
from data_pipeline.jobs.submit import Submission, Submitter, preferred_wait
from data_pipeline.jobs.workflow import Workflow

_LONGEST_NAME = 200
_LONGEST_KEY = 255


@instrumented
def handle(event: dict[str, Any], _context: object) -> dict[str, object]:
    """Answers an API Gateway proxy event."""
    return dispatch(_ROUTES, event)


def _submit(request: Request) -> Response:
    submitter = Submitter(store=_store(), workflow=_workflow())
    job = submitter.submit(_submission(request))
    seconds = preferred_wait(request.header("prefer"))
    if seconds:
        job = submitter.wait(job, seconds=seconds)
    return _submitted(job, waited=seconds)


def _submission(request: Request) -> Submission:
    body = members(request, known=("operation", "parameters", "format", "name"))
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
        owner=request.owner,
        idempotency_key=key or None,
        request_hash=hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest(),
    )


def _submitted(job: Job, *, waited: int) -> Response:
    # Relative to the request's own URL, so it is right behind any domain and stage.
    headers = {"Location": f"jobs/{job.job_id}"}
    if waited:
        headers["Preference-Applied"] = f"wait={waited}"
    if Status(job.status).is_final:
        return json_response(job.resource(), headers=headers)
    return json_response(job.resource(), status=202, headers={**headers, "Retry-After": "1"})


def _list(request: Request) -> Response:
    listing = Lister(store=_store()).list(request.owner, single_values(request))
    return json_response(listing)


def _result(request: Request) -> Response:
    results = Results(store=_store(), bucket=load(JobsSettings).results_bucket)
    return results.respond(request.path_parameters["jobId"], request_id=request.request_id)


def _cancel(request: Request) -> Response:
    canceller = Canceller(store=_store(), workflow=_workflow())
    return json_response(canceller.cancel(request.path_parameters["jobId"]).resource())


@cache
def _store() -> JobStore:
    return JobStore(table=load(JobsSettings).jobs_table)


@cache
def _workflow() -> Workflow:
    return Workflow(state_machine_arn=load(JobsSettings).state_machine_arn)


_ROUTES: Routes = {
    ("POST", "/analytics/jobs"): _submit,
    ("GET", "/analytics/jobs"): _list,
    ("GET", "/analytics/jobs/{jobId}/result"): _result,
    ("DELETE", "/analytics/jobs/{jobId}"): _cancel,
}
