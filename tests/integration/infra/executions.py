"""Executions of the job workflow, as the jobs function starts them, and copies of it."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from data_pipeline.jobs.job import Job, new_job_id
from local.state import Environment
from tests.integration.function_environment import secret_for_functions

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Run:
    """An execution that has ended, and what it left in the job's item."""

    status: str
    states: list[str]
    retries: int
    item: Job


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The state machine, or a copy of it, and the environment it is in."""

    environment: Environment
    machine_arn: str

    @classmethod
    def deployed(cls, environment: Environment) -> "Workflow":
        """The environment's own."""
        machine = environment.output("AnalyticsStack", "StateMachineArn")
        return cls(environment=environment, machine_arn=machine)

    def start(
        self,
        operation: str = "simple_demo",
        parameters: dict[str, Any] | None = None,
        *,
        status: str = "QUEUED",
    ) -> str:
        """Puts a job's item and starts its execution; gives the job's id."""
        expires_at = int(time.time()) + 3_600
        job = Job(
            job_id=new_job_id(),
            status=status,
            operation=operation,
            parameters_json=json.dumps(parameters or {}),
            format="json",
            owner="a test",
            created_at="2026-01-02T03:04:05.678Z",
            expires_at=expires_at,
            expires_at_iso="2026-01-09T03:04:05.678Z",
            request_hash="0",
        )
        self.environment.client("dynamodb").put_item(TableName=self._table, Item=job.to_item())
        execution_input = {
            "jobId": job.job_id,
            "name": job.name,
            "operation": operation,
            "parameters": parameters or {},
            "format": "json",
            "owner": job.owner,
            "createdAt": job.created_at,
            "expiresAt": expires_at,
            "statusUrl": f"https://api.example.com/analytics/jobs/{job.job_id}",
        }
        self.environment.client("stepfunctions").start_execution(
            stateMachineArn=self.machine_arn, name=job.job_id, input=json.dumps(execution_input)
        )
        return job.job_id

    def run(self, operation: str, parameters: dict[str, Any], *, status: str = "QUEUED") -> Run:
        """An execution from its start to its end."""
        return self.ended(self.start(operation, parameters, status=status))

    def ended(self, job_id: str) -> Run:
        """The job's execution once it has ended.

        Raises:
            TimeoutError: it still runs.
        """
        states = self.environment.client("stepfunctions")
        execution = self.execution_arn(job_id)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := states.describe_execution(executionArn=execution)["status"]) == "RUNNING":
            if time.monotonic() > deadline:
                raise TimeoutError(f"{execution} still runs after {PATIENCE_SECONDS} s.")
            time.sleep(0.1)
        events = states.get_execution_history(executionArn=execution, maxResults=1_000)["events"]
        return Run(
            status=str(found),
            states=[
                event["stateEnteredEventDetails"]["name"]
                for event in events
                if "stateEnteredEventDetails" in event
            ],
            retries=sum(event["type"] == "LambdaFunctionFailed" for event in events)
            + sum(event["type"] == "TaskFailed" for event in events),
            item=self.item(job_id),
        )

    def stop(self, job_id: str) -> None:
        """Stops the execution behind the API's back."""
        self.environment.client("stepfunctions").stop_execution(
            executionArn=self.execution_arn(job_id), error="Operator", cause="By hand."
        )

    def item(self, job_id: str) -> Job:
        """The job as its item has it now."""
        key = {"jobId": {"S": job_id}}
        answer = self.environment.client("dynamodb").get_item(
            TableName=self._table, Key=key, ConsistentRead=True
        )
        return Job.from_item(answer["Item"])

    def until(self, condition: Callable[[], object]) -> None:
        """Waits until it holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it did not come about"
            time.sleep(0.05)

    def execution_arn(self, job_id: str) -> str:
        """The execution of a job is named by it."""
        return f"{self.machine_arn.replace(':stateMachine:', ':execution:', 1)}:{job_id}"

    @property
    def _table(self) -> str:
        return self.environment.output("AnalyticsStack", "JobsTableName")


@contextmanager
def copy_of_workflow(environment: Environment, change: Callable[[str], str]) -> Iterator[Workflow]:
    """The deployed workflow with a change of its definition."""
    states = environment.client("stepfunctions")
    original = states.describe_state_machine(
        stateMachineArn=environment.output("AnalyticsStack", "StateMachineArn")
    )
    machine = states.create_state_machine(
        name=f"test-{uuid.uuid4().hex}",
        definition=change(original["definition"]),
        roleArn=original["roleArn"],
    )["stateMachineArn"]
    try:
        yield Workflow(environment=environment, machine_arn=machine)
    finally:
        states.delete_state_machine(stateMachineArn=machine)


@contextmanager
def copy_of_job_runner(environment: Environment, conninfo: str, **others: str) -> Iterator[str]:
    """The deployed job runner, led to another database, with other variables; gives its ARN."""
    functions = environment.client("lambda")
    name = environment.output("AnalyticsStack", "JobRunnerFunctionName")
    original = functions.get_function(FunctionName=name)
    configuration = original["Configuration"]
    code = requests.get(original["Code"]["Location"], timeout=60).content
    copy = f"test-{uuid.uuid4().hex}"
    with secret_for_functions(environment, conninfo) as secret_id:
        variables = configuration["Environment"]["Variables"] | others
        variables["DATABASE_SECRET_ID"] = secret_id
        arn = functions.create_function(
            FunctionName=copy,
            Code={"ZipFile": code},
            Environment={"Variables": variables},
            **{
                setting: configuration[setting]
                for setting in ("Runtime", "Role", "Handler", "Timeout", "MemorySize")
            },
        )["FunctionArn"]
        functions.get_waiter("function_active_v2").wait(FunctionName=copy)
        try:
            yield str(arn)
        finally:
            functions.delete_function(FunctionName=copy)
