"""Telling subscribers how a job ended, where it did not end in the workflow.

The workflow itself publishes the same message, without a function: `infra/components/job_notice.py`
has the same members and the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.aws import clients
from data_pipeline.aws.observability import logger
from data_pipeline.jobs.job import Job, Status

_SAID = {
    Status.CANCELLED: "was cancelled",
    Status.FAILED: "failed",
    Status.TIMED_OUT: "timed out",
}


class Notice(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What programs are told, as JSON."""

    job_id: str
    name: str | None
    operation: str
    parameters: msgspec.Raw
    status: str
    created_at: str
    status_url: str
    error: msgspec.Raw | None


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """The topic of jobs, and the API's base URL, to which links lead."""

    topic_arn: str
    api_url: str

    def tell(self, job: Job) -> None:
        """Publishes how the job ended: a text for e-mail, JSON for all other subscribers.

        A topic that refuses changes nothing of the job; the log says so.
        """
        message = {"default": msgspec.json.encode(self._notice(job)).decode()}
        message["email"] = self._letter(job)
        attributes = {"status": job.status, "operation": job.operation, "owner": job.owner}
        try:
            clients.sns().publish(
                TopicArn=self.topic_arn,
                Subject=f"Job {job.status}: {job.operation}",
                Message=msgspec.json.encode(message).decode(),
                MessageStructure="json",
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes.items()
                },
            )
        except (BotoCoreError, ClientError):
            logger.exception("notification not sent", extra={"jobId": job.job_id})

    def _notice(self, job: Job) -> Notice:
        return Notice(
            job_id=job.job_id,
            name=job.name,
            operation=job.operation,
            parameters=msgspec.Raw(job.parameters_json.encode()),
            status=job.status,
            created_at=job.created_at,
            status_url=self._status_url(job),
            error=msgspec.Raw(job.error_json.encode()) if job.error_json else None,
        )

    def _letter(self, job: Job) -> str:
        lines = [f"Your job {_SAID[Status(job.status)]}."]
        problem = msgspec.json.decode(job.error_json) if job.error_json else None
        if problem:
            lines += ["", f"{problem['title']}: {problem['detail']}"]
        return "\n".join(
            [
                *lines,
                "",
                f"Operation: {job.operation}",
                f"Parameters: {job.parameters_json}",
                f"Submitted: {job.created_at}",
                f"Status: {self._status_url(job)}",
                "",
            ]
        )

    def _status_url(self, job: Job) -> str:
        return status_url(self.api_url, job.job_id)


def status_url(api_url: str, job_id: str) -> str:
    """Where the API shows the job."""
    return f"{api_url}/analytics/jobs/{job_id}"
