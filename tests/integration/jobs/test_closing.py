"""Jobs whose execution has ended, as EventBridge tells of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from data_pipeline.jobs import closing
from data_pipeline.jobs.job import Job, Status
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration.jobs.conftest import make_job
from tests.integration.messages import Messages

NO_TOPIC = "arn:aws:sns:us-east-1:000000000000:no-such-topic"


@pytest.fixture
def closer(
    store: JobStore, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Messages]:
    monkeypatch.setenv("JOBS_TABLE", store.table)
    monkeypatch.setenv("JOB_TOPIC_ARN", messages.topic_arn)
    monkeypatch.setenv("API_URL", "https://api.example.com/prod")
    closing._closer.cache_clear()
    yield messages
    closing._closer.cache_clear()


def _ended(store: JobStore, job: Job, execution_status: str) -> Job:
    """The job after the function was told how its execution ended."""
    closing.handle({"detail": {"name": job.job_id, "status": execution_status}}, None)
    kept = store.get(job.job_id)
    assert kept is not None
    return kept


@pytest.mark.parametrize(
    ("execution_status", "status", "kind"),
    [
        ("ABORTED", "CANCELLED", "job-cancelled"),
        ("TIMED_OUT", "TIMED_OUT", "job-timed-out"),
        ("FAILED", "FAILED", "job-failed"),
    ],
)
@pytest.mark.parametrize("before", ["QUEUED", "RUNNING"])
def test_unfinished_job_ends_as_its_execution_did_and_is_announced(
    store: JobStore, closer: Messages, before: str, execution_status: str, status: str, kind: str
) -> None:
    job = make_job(status=before, name="a job", parameters_json='{"metric":"order_count"}')
    store.add(job)
    ended = _ended(store, job, execution_status)
    assert ended.status == status
    assert ended.completed_at is not None
    problem = json.loads(ended.error_json or "")
    assert problem["type"] == f"/problems/{kind}"

    (message,) = closer.received(at_least=1)
    assert message["body"] == {
        "jobId": job.job_id,
        "name": "a job",
        "operation": "customer_analysis",
        "parameters": {"metric": "order_count"},
        "status": status,
        "createdAt": job.created_at,
        "statusUrl": f"https://api.example.com/prod/analytics/jobs/{job.job_id}",
        "error": problem,
    }
    assert message["attributes"] == {
        "status": status,
        "operation": "customer_analysis",
        "owner": "key-1",
    }


@pytest.mark.parametrize("status", [status for status in Status if status.is_final])
def test_finished_job_stays_as_it_is_and_is_not_announced_again(
    store: JobStore, closer: Messages, status: Status
) -> None:
    job = make_job(status=status, completed_at="2026-01-02T03:04:07.000Z")
    store.add(job)
    assert _ended(store, job, "ABORTED") == job
    assert closer.received() == []


def test_event_that_comes_twice_is_announced_once(store: JobStore, closer: Messages) -> None:
    job = make_job()
    store.add(job)
    assert _ended(store, job, "ABORTED") == _ended(store, job, "ABORTED")
    assert len(closer.received(at_least=1)) == 1


def test_execution_without_a_job_is_passed_over(closer: Messages) -> None:
    closing.handle({"detail": {"name": "started by hand", "status": "ABORTED"}}, None)
    assert closer.received() == []


@pytest.mark.usefixtures("closer")
def test_topic_that_refuses_leaves_the_job_ended(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_TOPIC_ARN", NO_TOPIC)
    closing._closer.cache_clear()
    job = make_job()
    store.add(job)
    assert _ended(store, job, "TIMED_OUT").status == "TIMED_OUT"


@pytest.mark.parametrize(
    ("status", "metric"),
    [
        ("SUCCEEDED", "JobsSucceeded"),
        ("FAILED", "JobsFailed"),
        ("TIMED_OUT", "JobsFailed"),
        ("CANCELLED", "JobsCancelled"),
    ],
)
@pytest.mark.usefixtures("closer")
def test_ends_are_counted(
    store: JobStore, capsys: pytest.CaptureFixture[str], status: str, metric: str
) -> None:
    job = make_job(status=status)
    store.add(job)
    _ended(store, job, "SUCCEEDED")
    lines = capsys.readouterr().out.splitlines()
    found: list[dict[str, Any]] = [json.loads(line) for line in lines if '"_aws"' in line]
    assert [one[metric] for one in found] == [[1.0]]


def test_letter_can_be_read(
    environment: Environment, store: JobStore, closer: Messages, unique: str
) -> None:
    address = f"{unique}@example.com"
    environment.client("sns").subscribe(
        TopicArn=closer.topic_arn, Protocol="email", Endpoint=address
    )
    job = make_job(parameters_json='{"metric":"order_count"}')
    store.add(job)
    _ended(store, job, "TIMED_OUT")
    assert closer.letter_to(address) == (
        "Your job timed out.\n"
        "\n"
        "Job timed out: The query took longer than a job may. Narrow its parameters and start it "
        "again.\n"
        "\n"
        "Operation: customer_analysis\n"
        'Parameters: {"metric":"order_count"}\n'
        "Submitted: 2026-01-02T03:04:05.678Z\n"
        f"Status: https://api.example.com/prod/analytics/jobs/{job.job_id}\n"
    )
