"""The problems that a request about a job, or the job itself, can meet."""

from typing import Final

import msgspec

from data_pipeline.aws.problems import Problem, ProblemError
from data_pipeline.jobs.job import Job

TIMED_OUT: Final = Problem(
    kind="job-timed-out",
    title="Job timed out",
    status=504,
    detail="The query took longer than a job may. Narrow its parameters and start it again.",
)
FAULT: Final = Problem(
    kind="job-failed",
    title="Job failed",
    status=500,
    detail="The job could not be finished, for no fault of the request. Start it again.",
)
STOPPED_FROM_OUTSIDE: Final = Problem(
    kind="job-cancelled",
    title="Job cancelled",
    status=409,
    detail="The execution of the job was stopped by an operator. Start it again.",
)


def error_json(problem: Problem, job_id: str) -> str:
    """The problem that ended a job, as its item has it: no request's, but the job's."""
    document = problem.document(instance=f"/analytics/jobs/{job_id}", request_id="")
    document.pop("requestId")
    return msgspec.json.encode(document).decode()


def not_found(job_id: str) -> ProblemError:
    """404: no job has that id."""
    return ProblemError(
        Problem(
            kind="job-not-found",
            title="Job not found",
            status=404,
            detail=f"There is no job '{job_id}'.",
        )
    )


def gone(job_id: str) -> ProblemError:
    """410: the job was there and has expired with its result."""
    return ProblemError(
        Problem(
            kind="job-expired",
            title="Job expired",
            status=410,
            detail=f"The job '{job_id}' has expired, and its result with it. Submit it again.",
        )
    )


def not_finished(job: Job) -> ProblemError:
    """409: there is no result yet."""
    return ProblemError(
        Problem(
            kind="job-not-finished",
            title="Job not finished",
            status=409,
            detail=f"The job is {job.status}. Its result is there once it is SUCCEEDED.",
            extensions={"jobId": job.job_id, "jobStatus": job.status},
        ),
        headers={"Retry-After": "1"},
    )


def already_finished(job: Job) -> ProblemError:
    """409: the job ended before it could be cancelled."""
    return ProblemError(
        Problem(
            kind="job-already-finished",
            title="Job already finished",
            status=409,
            detail=f"The job is {job.status} and cannot be cancelled any more.",
            extensions={"jobId": job.job_id, "jobStatus": job.status},
        )
    )


def not_acceptable(wanted: str) -> ProblemError:
    """406: rows are not given in that format."""
    return ProblemError(
        Problem(
            kind="not-acceptable",
            title="Not acceptable",
            status=406,
            detail=f"The result comes as application/json or text/csv, not as {wanted}. Parquet "
            "has to be asked for when the job is submitted.",
        )
    )


def stored_otherwise(job: Job) -> ProblemError:
    """406: the result is a file of another format."""
    return ProblemError(
        Problem(
            kind="not-acceptable",
            title="Not acceptable",
            status=406,
            detail=f"The result is a file, stored as {job.format}. Leave out 'format' to get it, "
            "or submit the job again in the other format.",
        )
    )


def without_result(job: Job, error: dict[str, object] | None) -> ProblemError:
    """409: the job ended without a result; `jobError` is the problem that ended it."""
    reason = (error or {}).get("detail")
    detail = f"The job is {job.status} and has no result."
    extensions: dict[str, object] = {"jobId": job.job_id, "jobStatus": job.status}
    if error is not None:
        extensions["jobError"] = error
    return ProblemError(
        Problem(
            kind=f"job-{job.status.lower().replace('_', '-')}",
            title=f"Job {job.status.lower().replace('_', ' ')}",
            status=409,
            detail=f"{detail} {reason}" if reason else detail,
            extensions=extensions,
        )
    )


def workflow_unavailable() -> ProblemError:
    """503: the workflow cannot be started now."""
    return ProblemError(
        Problem(
            kind="workflow-unavailable",
            title="Workflow unavailable",
            status=503,
            detail="The job could not be started now. Try again in a few seconds.",
        ),
        headers={"Retry-After": "5"},
    )


def too_many_jobs(most: int) -> ProblemError:
    """429: the owner has as many unfinished jobs as one may have."""
    return ProblemError(
        Problem(
            kind="too-many-jobs",
            title="Too many jobs",
            status=429,
            detail=f"An API key may have {most} unfinished jobs at a time. Wait until one has "
            "ended, or cancel one.",
            extensions={"mostUnfinishedJobs": most},
        ),
        headers={"Retry-After": "5"},
    )


def key_reused(key: str) -> ProblemError:
    """409: an idempotency key that stands for another request."""
    return ProblemError(
        Problem(
            kind="idempotency-key-reused",
            title="Idempotency key reused",
            status=409,
            detail=f"The Idempotency-Key '{key}' was sent before with a different body. Use a new "
            "key for a new request.",
        )
    )
