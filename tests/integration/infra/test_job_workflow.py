"""The workflow on its own: executions as the jobs function starts them."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from data_pipeline.jobs.job import Job, new_job_id
from local.state import Environment

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Run:
    """An execution that has ended, and what it left in the job's item."""

    status: str
    states: list[str]
    item: Job


@pytest.fixture
def run_job(environment: Environment) -> Callable[..., Run]:
    table = environment.output("AnalyticsStack", "JobsTableName")
    machine = environment.output("AnalyticsStack", "StateMachineArn")
    dynamodb, states = environment.client("dynamodb"), environment.client("stepfunctions")

    def run(operation: str, parameters: dict[str, Any], *, status: str = "QUEUED") -> Run:
        expires_at = int(time.time()) + 3_600
        job = Job(
            job_id=new_job_id(),
            status=status,
            operation=operation,
            parameters_json=json.dumps(parameters),
            format="json",
            owner="a test",
            created_at="2026-01-02T03:04:05.678Z",
            expires_at=expires_at,
            expires_at_iso="2026-01-09T03:04:05.678Z",
            request_hash="0",
        )
        dynamodb.put_item(TableName=table, Item=job.to_item())
        execution = states.start_execution(
            stateMachineArn=machine,
            name=job.job_id,
            input=json.dumps(
                {
                    "jobId": job.job_id,
                    "name": job.name,
                    "operation": operation,
                    "parameters": parameters,
                    "format": "json",
                    "owner": job.owner,
                    "createdAt": job.created_at,
                    "expiresAt": expires_at,
                    "statusUrl": f"https://api.example.com/analytics/jobs/{job.job_id}",
                }
            ),
        )["executionArn"]
        ended = _ended(states, execution)
        events = states.get_execution_history(executionArn=execution, maxResults=1_000)["events"]
        item = dynamodb.get_item(TableName=table, Key={"jobId": {"S": job.job_id}})["Item"]
        return Run(
            status=ended,
            states=[
                event["stateEnteredEventDetails"]["name"]
                for event in events
                if "stateEnteredEventDetails" in event
            ],
            item=Job.from_item(item),
        )

    return run


def _ended(states: Any, execution: str) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status = str(states.describe_execution(executionArn=execution)["status"])
        if status != "RUNNING":
            return status
        time.sleep(0.1)
    raise TimeoutError(f"{execution} still runs after {PATIENCE_SECONDS} s.")


@pytest.fixture
def notifications(
    environment: Environment, unique: str
) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Waits for the message about a job."""
    sqs, sns = environment.client("sqs"), environment.client("sns")
    queue = sqs.create_queue(QueueName=f"notifications-{unique}")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    subscription = sns.subscribe(
        TopicArn=environment.output("AnalyticsStack", "JobTopicArn"),
        Protocol="sqs",
        Endpoint=attributes["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]

    def message_about(job_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2, MaxNumberOfMessages=10)
            for received in answer.get("Messages", []):
                message: dict[str, Any] = json.loads(received["Body"])
                if message["jobId"] == job_id:
                    return message
        raise TimeoutError(f"No message about {job_id} after {PATIENCE_SECONDS} s.")

    yield message_about
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def test_job_succeeds_and_is_announced(
    run_job: Callable[..., Run], notifications: Callable[[str], dict[str, Any]]
) -> None:
    run = run_job("simple_demo", {})
    assert run.status == "SUCCEEDED"
    assert run.item.status == "SUCCEEDED"
    assert run.item.row_count is not None
    assert run.states[-1] == "NotifyCompletion"
    assert notifications(run.item.job_id)["status"] == "SUCCEEDED"


def test_times_are_in_utc_marked_by_z(run_job: Callable[..., Run]) -> None:
    item = run_job("simple_demo", {}).item
    for moment in (item.started_at, item.completed_at):
        assert moment is not None
        assert moment.endswith("Z")
        assert "+" not in moment


def test_users_error_fails_at_once_with_its_problem(
    run_job: Callable[..., Run], notifications: Callable[[str], dict[str, Any]]
) -> None:
    run = run_job("simple_demo", {"no_such_parameter": 'it\'s "wrong"'})
    assert run.status == "FAILED"
    assert run.item.status == "FAILED"
    problem = json.loads(run.item.error_json or "")
    assert problem["type"] == "/problems/invalid-parameters"
    assert run.states.count("RunQuery") == 1
    assert notifications(run.item.job_id)["error"] == problem


def test_cancelled_job_stays_cancelled(run_job: Callable[..., Run]) -> None:
    run = run_job("simple_demo", {}, status="CANCELLED")
    assert run.status == "SUCCEEDED"
    assert run.states == ["RegisterJob", "JobWithdrawn"]
    assert run.item.status == "CANCELLED"
