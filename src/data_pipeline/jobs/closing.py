"""What is left to do when an execution of the workflow has ended, however it ended.

EventBridge tells of every end. An execution that was stopped from outside, or took too long as a
whole, has no step left that could say so in its job: this function does, and tells the subscribers.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from data_pipeline.aws.observability import logger, metrics, publish_metrics
from data_pipeline.aws.problems import Problem
from data_pipeline.aws.settings import load
from data_pipeline.jobs import problems
from data_pipeline.jobs.job import Job, Status
from data_pipeline.jobs.notification import Notifier
from data_pipeline.jobs.store import JobStore

# How a job ends whose execution ended so and left it unfinished:
# https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
_ENDS: dict[str, tuple[Status, Problem]] = {
    "ABORTED": (Status.CANCELLED, problems.STOPPED_FROM_OUTSIDE),
    "TIMED_OUT": (Status.TIMED_OUT, problems.TIMED_OUT),
    "FAILED": (Status.FAILED, problems.FAULT),
}
_METRICS = {
    Status.SUCCEEDED: "JobsSucceeded",
    Status.FAILED: "JobsFailed",
    Status.TIMED_OUT: "JobsFailed",
    Status.CANCELLED: "JobsCancelled",
}


@dataclass(frozen=True, kw_only=True)
class JobCloserSettings:
    """Settings of the function that closes jobs whose execution has ended."""

    jobs_table: str
    job_topic_arn: str
    api_url: str


@dataclass(frozen=True, kw_only=True)
class Closer:
    """Where jobs are stored, and who is told of them."""

    store: JobStore
    notifier: Notifier

    def close(self, job_id: str, execution_status: str) -> Job | None:
        """The job, which has a final status now; None when there is no such job."""
        job = self.store.get(job_id)
        if job is None or Status(job.status).is_final or execution_status not in _ENDS:
            return job
        status, problem = _ENDS[execution_status]
        is_changed = self.store.end(job_id, status, error_json=problems.error_json(problem, job_id))
        job = self.store.get(job_id)
        if is_changed and job is not None:
            self.notifier.tell(job)
        return job


def handle(event: dict[str, Any], _context: object) -> None:
    """Takes EventBridge's "Step Functions Execution Status Change" of an execution that ended."""
    job_id = str(event["detail"]["name"])
    logger.set_correlation_id(job_id)
    job = _closer().close(job_id, str(event["detail"]["status"]))
    if job is None:
        return
    metric = _METRICS.get(Status(job.status))
    if metric is not None:
        metrics.add_metric(metric, MetricUnit.Count, 1)
        publish_metrics()


@cache
def _closer() -> Closer:
    settings = load(JobCloserSettings)
    return Closer(
        store=JobStore(table=settings.jobs_table),
        notifier=Notifier(topic_arn=settings.job_topic_arn, api_url=settings.api_url),
    )
