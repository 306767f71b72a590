"""The job routes' own function: how many jobs an owner may have, and who may cancel when."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from data_pipeline.jobs import handler, lost
from data_pipeline.jobs.job import Status
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration.function_environment import body
from tests.integration.jobs.conftest import make_job
from tests.integration.messages import Messages
from tests.unit.proxy_events import proxy_event

type Call = Callable[..., dict[str, Any]]

JOB = {"operation": "simple_demo"}
MOST = 2


@pytest.fixture
def machine(services: Environment) -> Iterator[str]:
    """A state machine whose executions do nothing for a minute."""
    states = services.client("stepfunctions")
    machine = states.create_state_machine(
        name=f"test-{uuid.uuid4().hex}",
        definition='{"StartAt": "Wait", "States": {"Wait": '
        '{"Type": "Wait", "Seconds": 60, "End": true}}}',
        roleArn="arn:aws:iam::000000000000:role/test",
    )["stateMachineArn"]
    yield machine
    for execution in states.list_executions(stateMachineArn=machine)["executions"]:
        states.stop_execution(executionArn=execution["executionArn"])
    states.delete_state_machine(stateMachineArn=machine)


@pytest.fixture
def call(
    store: JobStore,
    results_bucket: str,
    machine: str,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Call]:
    """Calls the function with a proxy event."""
    for name, value in {
        "JOBS_TABLE": store.table,
        "RESULTS_BUCKET": results_bucket,
        "STATE_MACHINE_ARN": machine,
        "JOB_TOPIC_ARN": messages.topic_arn,
        "API_URL": "https://api.example.com/prod",
        "JOBS_PER_OWNER": str(MOST),
    }.items():
        monkeypatch.setenv(name, value)
    kept: tuple[Any, ...] = (handler._store, handler._workflow, handler._slots, handler._notifier)
    for one in kept:
        one.cache_clear()

    def call(method: str, resource: str, **more: Any) -> dict[str, Any]:
        return handler.handle(proxy_event(method, resource, **more), None)

    yield call
    for one in kept:
        one.cache_clear()


def _submit(call: Call, **more: Any) -> dict[str, Any]:
    return call("POST", "/analytics/jobs", body=JOB, **more)


def _cancel(call: Call, job_id: str, **more: Any) -> dict[str, Any]:
    return call("DELETE", "/analytics/jobs/{jobId}", path_parameters={"jobId": job_id}, **more)


def test_one_job_more_than_an_owner_may_have_is_refused_until_one_has_ended(call: Call) -> None:
    first, _ = (body(_submit(call)) for _ in range(MOST))
    refused = _submit(call)
    assert refused["statusCode"] == 429
    assert int(refused["headers"]["Retry-After"]) > 0
    assert body(refused)["type"] == "/problems/too-many-jobs"
    assert body(refused)["mostUnfinishedJobs"] == MOST
    assert _submit(call, owner="key-2")["statusCode"] == 202

    assert _cancel(call, first["jobId"])["statusCode"] == 200
    assert _submit(call)["statusCode"] == 202


def test_request_sent_again_needs_no_second_slot(call: Call) -> None:
    key = {"Idempotency-Key": "once"}
    first = body(_submit(call, headers=key))
    _submit(call)
    assert body(_submit(call, headers=key))["jobId"] == first["jobId"]
    assert _submit(call)["statusCode"] == 429


def test_refused_request_leaves_its_idempotency_key_free(call: Call) -> None:
    key = {"Idempotency-Key": "later"}
    first, _ = (body(_submit(call)) for _ in range(MOST))
    assert _submit(call, headers=key)["statusCode"] == 429
    _cancel(call, first["jobId"])
    assert _submit(call, headers=key)["statusCode"] == 202


def test_queued_job_is_cancelled_and_announced_once(call: Call, messages: Messages) -> None:
    job = body(_submit(call))
    assert job["status"] == "QUEUED"
    for _ in range(2):
        answer = _cancel(call, job["jobId"])
        assert answer["statusCode"] == 200
        assert body(answer)["status"] == "CANCELLED"
    (message,) = messages.received(at_least=1)
    assert message["body"]["jobId"] == job["jobId"]
    assert message["attributes"]["status"] == "CANCELLED"


def test_cancelled_job_has_no_execution_that_runs(
    services: Environment, call: Call, machine: str
) -> None:
    job = body(_submit(call))
    _cancel(call, job["jobId"])
    states = services.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    assert execution["name"] == job["jobId"]
    assert execution["status"] == "ABORTED"


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT"])
def test_job_that_has_ended_is_not_cancelled(
    store: JobStore, call: Call, messages: Messages, status: str
) -> None:
    job = make_job(status=status)
    store.add(job)
    answer = _cancel(call, job.job_id)
    assert answer["statusCode"] == 409
    assert body(answer)["type"] == "/problems/job-already-finished"
    kept = store.get(job.job_id)
    assert kept is not None
    assert kept.status == status
    assert messages.received() == []


def test_job_of_another_owner_is_not_cancelled(store: JobStore, call: Call) -> None:
    job = make_job(status=Status.RUNNING)
    store.add(job)
    assert _cancel(call, job.job_id, owner="key-2")["statusCode"] == 404
    kept = store.get(job.job_id)
    assert kept is not None
    assert kept.status == "RUNNING"


def test_topic_that_refuses_does_not_keep_a_job_from_being_cancelled(
    store: JobStore, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:no-such-topic")
    handler._notifier.cache_clear()
    job = make_job(status=Status.RUNNING)
    store.add(job)
    assert body(_cancel(call, job.job_id))["status"] == "CANCELLED"


def test_job_that_never_started_is_listed_as_failed(
    store: JobStore, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost_job, running = make_job(status=Status.QUEUED), make_job(status=Status.RUNNING)
    store.add(lost_job)
    store.add(running)
    assert _listed(call) == {lost_job.job_id: "QUEUED", running.job_id: "RUNNING"}
    monkeypatch.setattr(lost, "_TIME_TO_START", timedelta(0))
    assert _listed(call) == {lost_job.job_id: "FAILED", running.job_id: "RUNNING"}


def _listed(call: Call) -> dict[str, str]:
    jobs = body(call("GET", "/analytics/jobs"))["jobs"]
    return {job["jobId"]: job["status"] for job in jobs}


def test_list_is_of_a_time(store: JobStore, call: Call) -> None:
    days = [f"2026-01-0{day}T00:00:00.000Z" for day in range(1, 5)]
    for day in days:
        store.add(make_job(created_at=day, expires_at=int(time.time()) + 60))
    query = f"since={days[1]}&until={days[3]}"
    listed = body(call("GET", "/analytics/jobs", query=query))
    assert [job["createdAt"] for job in listed["jobs"]] == [days[2], days[1]]
