"""The executions of the state machine; each is named by its job."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from botocore.exceptions import ClientError

from data_pipeline.aws import clients
from data_pipeline.jobs.job import Job
from data_pipeline.jobs.notification import status_url


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The state machine that runs jobs, and the API's base URL for links in its messages."""

    state_machine_arn: str
    api_url: str

    def start(self, job: Job) -> None:
        """Starts the job's execution; the second start of the same job changes nothing."""
        execution_input = {
            "jobId": job.job_id,
            "name": job.name,
            "operation": job.operation,
            "parameters": msgspec.Raw(job.parameters_json.encode()),
            "format": job.format,
            "owner": job.owner,
            "createdAt": job.created_at,
            "expiresAt": job.expires_at,
            "statusUrl": status_url(self.api_url, job.job_id),
        }
        try:
            clients.stepfunctions().start_execution(
                stateMachineArn=self.state_machine_arn,
                name=job.job_id,
                input=msgspec.json.encode(execution_input).decode(),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def stop(self, job_id: str) -> None:
        """Stops the job's execution, if there is one that runs."""
        execution = self.state_machine_arn.replace(":stateMachine:", ":execution:", 1)
        try:
            clients.stepfunctions().stop_execution(
                executionArn=f"{execution}:{job_id}",
                error="CANCELLED",
                cause="The job was cancelled by request.",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
