"""Cancelling a job.

The job runner sees within a second that its job is no longer RUNNING and cancels the query at the
server, so that no other function needs to reach the database.
"""

from dataclasses import dataclass

from data_pipeline.jobs import problems
from data_pipeline.jobs.job import Job, Status
from data_pipeline.jobs.notification import Notifier
from data_pipeline.jobs.results import find
from data_pipeline.jobs.store import JobStore
from data_pipeline.jobs.workflow import Workflow


@dataclass(frozen=True, kw_only=True)
class Canceller:
    """Where jobs are stored and run, and who is told of them."""

    store: JobStore
    workflow: Workflow
    notifier: Notifier

    def cancel(self, job_id: str, owner: str) -> Job:
        """The job, CANCELLED now or before.

        Raises:
            ProblemError: 404, 410 after its expiry, 409 when it has ended otherwise.
        """
        job = find(self.store, job_id, owner)
        if not Status(job.status).is_final:
            is_changed = self.store.end(job_id, Status.CANCELLED)
            job = find(self.store, job_id, owner)
            if is_changed:
                self.notifier.tell(job)
        if job.status != Status.CANCELLED:
            raise problems.already_finished(job)
        self.workflow.stop(job_id)
        return job
