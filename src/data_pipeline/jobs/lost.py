"""Jobs that were stored and never started, since the function that submits died in between.

Nobody was told their id, so they are found where they still show: in lists, and in slots.
"""

from datetime import UTC, datetime, timedelta

from data_pipeline.jobs import problems
from data_pipeline.jobs.job import Status, created_at
from data_pipeline.jobs.store import JobStore

# The function that submits has half a minute, and the workflow begins at once.
_TIME_TO_START = timedelta(minutes=5)


def is_lost(job_id: str, status: str) -> bool:
    """Whether the job waits for an execution that was never started."""
    return status == Status.QUEUED and created_at(job_id) < datetime.now(UTC) - _TIME_TO_START


def end(store: JobStore, job_id: str) -> None:
    """Lets a lost job end as FAILED, unless it has begun after all."""
    problem = problems.workflow_unavailable().problem
    store.end(job_id, Status.FAILED, error_json=problems.error_json(problem, job_id))
