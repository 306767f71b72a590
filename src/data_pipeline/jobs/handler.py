"""The function behind the job routes of the API."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from data_pipeline.analytics.questions import single_values
from data_pipeline.aws.api import Request, Response, Routes, dispatch, json_response
from data_pipeline.aws.observability import instrumented
from data_pipeline.aws.settings import load
from data_pipeline.jobs.cancel import Canceller
from data_pipeline.jobs.job import Job, Status
from data_pipeline.jobs.listing import Lister, wanted_page
from data_pipeline.jobs.notification import Notifier
from data_pipeline.jobs.results import Results
from data_pipeline.jobs.slots import JobSlots
from data_pipeline.jobs.store import JobStore
from data_pipeline.jobs.submissions import preferred_wait, submission
from data_pipeline.jobs.submit import Submitter
from data_pipeline.jobs.workflow import Workflow


@dataclass(frozen=True, kw_only=True)
class JobsSettings:
    """Settings of the function behind the job routes.

    `jobs_per_owner` is how many jobs of one API key may be unfinished at a time.
    """

    jobs_table: str
    results_bucket: str
    state_machine_arn: str
    job_topic_arn: str
    api_url: str
    jobs_per_owner: int


@instrumented
def handle(event: dict[str, Any], _context: object) -> dict[str, object]:
    """Answers an API Gateway proxy event."""
    return dispatch(_ROUTES, event)


def _submit(request: Request) -> Response:
    submitter = Submitter(store=_store(), slots=_slots(), workflow=_workflow())
    job = submitter.submit(submission(request))
    seconds = preferred_wait(request.header("prefer"))
    if seconds:
        job = submitter.wait(job, seconds=seconds)
    return _submitted(job, waited=seconds)


def _submitted(job: Job, *, waited: int) -> Response:
    # Relative to the request's own URL, so it is right behind any domain and stage.
    headers = {"Location": f"jobs/{job.job_id}"}
    if waited:
        headers["Preference-Applied"] = f"wait={waited}"
    if Status(job.status).is_final:
        return json_response(job.resource(), headers=headers)
    return json_response(job.resource(), status=202, headers={**headers, "Retry-After": "1"})


def _list(request: Request) -> Response:
    wanted = wanted_page(single_values(request))
    return json_response(Lister(store=_store()).list(request.owner, wanted))


def _result(request: Request) -> Response:
    results = Results(store=_store(), bucket=load(JobsSettings).results_bucket)
    return results.respond(request.path_parameters["jobId"], request)


def _cancel(request: Request) -> Response:
    canceller = Canceller(store=_store(), workflow=_workflow(), notifier=_notifier())
    job = canceller.cancel(request.path_parameters["jobId"], request.owner)
    return json_response(job.resource())


@cache
def _store() -> JobStore:
    return JobStore(table=load(JobsSettings).jobs_table)


@cache
def _workflow() -> Workflow:
    settings = load(JobsSettings)
    return Workflow(state_machine_arn=settings.state_machine_arn, api_url=settings.api_url)


@cache
def _slots() -> JobSlots:
    settings = load(JobsSettings)
    return JobSlots(table=settings.jobs_table, per_owner=settings.jobs_per_owner)


@cache
def _notifier() -> Notifier:
    settings = load(JobsSettings)
    return Notifier(topic_arn=settings.job_topic_arn, api_url=settings.api_url)


_ROUTES: Routes = {
    ("POST", "/analytics/jobs"): _submit,
    ("GET", "/analytics/jobs"): _list,
    ("GET", "/analytics/jobs/{jobId}/result"): _result,
    ("DELETE", "/analytics/jobs/{jobId}"): _cancel,
}
