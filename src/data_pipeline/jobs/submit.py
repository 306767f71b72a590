"""Submitting a job: checked at once, stored, and handed to the workflow."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.aws.observability import logger
from data_pipeline.jobs import problems
from data_pipeline.jobs.job import Job, Status, new_job_id, timestamp
from data_pipeline.jobs.slots import JobSlots
from data_pipeline.jobs.store import JobStore
from data_pipeline.jobs.submissions import Submission
from data_pipeline.jobs.workflow import Workflow

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Submitter:
    """Where jobs are stored and run, and how many of an owner at a time."""

    store: JobStore
    slots: JobSlots
    workflow: Workflow

    def submit(self, submission: Submission) -> Job:
        """The new job, or the one that the idempotency key stands for.

        When the execution of a job cannot be started, a job with a key stays QUEUED until the
        same request comes again; one without fails.

        Raises:
            ProblemError: 409 when the key was used for another request, 429 when the owner has too
                many unfinished jobs, 503 when the workflow cannot be started.
        """
        key = submission.idempotency_key
        job = self.store.of_key(submission.owner, key) if key else None
        job = job or self._add(_new_job(submission), key)
        if job.request_hash != submission.request_hash:
            raise problems.key_reused(key or "")
        if job.status == Status.QUEUED:
            self._start(job, has_key=key is not None)
        return job

    def _add(self, job: Job, key: str | None) -> Job:
        """The job once it is stored, or the one that another request with the key just stored."""
        if not self.slots.take(job.owner, job.job_id):
            raise problems.too_many_jobs(self.slots.per_owner)
        if key is None:
            self.store.add(job)
            return job
        stored = self.store.add_once(job, key)
        if stored.job_id != job.job_id:
            self.slots.give_back(job.owner, job.job_id)
        return stored

    def _start(self, job: Job, *, has_key: bool) -> None:
        try:
            self.workflow.start(job)
        except (BotoCoreError, ClientError):
            logger.exception("workflow not started", extra={"jobId": job.job_id})
            unavailable = problems.workflow_unavailable()
            if not has_key:
                error_json = problems.error_json(unavailable.problem, job.job_id)
                self.store.end(job.job_id, Status.FAILED, error_json=error_json)
            raise unavailable from None

    def wait(self, job: Job, *, seconds: float) -> Job:
        """The job when it has ended, or as it is after that time."""
        deadline = time.monotonic() + seconds
        pause = _FIRST_PAUSE_SECONDS
        while not Status(job.status).is_final and time.monotonic() < deadline:
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
            job = self.store.get(job.job_id) or job
        return job


def _new_job(submission: Submission) -> Job:
    now = datetime.now(UTC)
    expires = now + submission.retention
    parameters = msgspec.json.encode(submission.question.normalised()).decode()
    operation = submission.question.operation.name
    return Job(
        job_id=new_job_id(submission.retention),
        status=Status.QUEUED,
        operation=operation,
        parameters_json=parameters,
        format=submission.format,
        name=submission.name,
        owner=submission.owner,
        created_at=timestamp(now),
        expires_at=int(expires.timestamp()),
        expires_at_iso=timestamp(expires.replace(microsecond=0)),
        request_hash=submission.request_hash,
    )
