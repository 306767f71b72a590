"""The workflow on its own: executions as the jobs function starts them."""

import json
from collections.abc import Callable, Iterator

import pytest

from local.state import Environment
from tests.integration.infra.executions import Run, Workflow
from tests.integration.messages import Messages, letters_about, subscribed


@pytest.fixture
def run_job(environment: Environment) -> Callable[..., Run]:
    return Workflow.deployed(environment).run


@pytest.fixture
def messages(environment: Environment) -> Iterator[Messages]:
    topic = environment.output("AnalyticsStack", "JobTopicArn")
    with subscribed(environment, topic) as found:
        yield found


def test_job_succeeds_and_is_announced(run_job: Callable[..., Run], messages: Messages) -> None:
    run = run_job("simple_demo", {})
    assert run.status == "SUCCEEDED"
    assert run.item.status == "SUCCEEDED"
    assert run.item.row_count is not None
    assert run.states[-1] == "NotifyCompletion"
    message = messages.about(run.item.job_id)
    assert message["attributes"] == {
        "status": "SUCCEEDED",
        "operation": "simple_demo",
        "owner": "a test",
    }
    body = message["body"]
    assert body["rowCount"] == run.item.row_count
    assert body["durationMs"] == run.item.duration_ms
    assert body["statusUrl"].endswith(f"/analytics/jobs/{run.item.job_id}")


def test_mail_of_a_finished_job_can_be_read(
    environment: Environment, run_job: Callable[..., Run]
) -> None:
    item = run_job("simple_demo", {}).item
    (letter,) = letters_about(environment, item.job_id)
    assert letter == (
        "Your job succeeded.\n"
        "\n"
        f"Rows: {item.row_count}\n"
        f"Duration: {item.duration_ms} ms\n"
        "Operation: simple_demo\n"
        "Parameters: {}\n"
        f"Submitted: {item.created_at}\n"
        f"Status: https://api.example.com/analytics/jobs/{item.job_id}\n"
    )


def test_mail_of_a_failed_job_says_why(
    environment: Environment, run_job: Callable[..., Run]
) -> None:
    item = run_job("simple_demo", {"no_such_parameter": 1}).item
    (letter,) = letters_about(environment, item.job_id)
    problem = json.loads(item.error_json or "")
    assert letter.startswith(
        f"Your job did not succeed: FAILED\n\n{problem['title']}: {problem['detail']}\n\n"
    )


def test_times_are_in_utc_marked_by_z(run_job: Callable[..., Run]) -> None:
    item = run_job("simple_demo", {}).item
    for moment in (item.started_at, item.completed_at):
        assert moment is not None
        assert moment.endswith("Z")
        assert "+" not in moment


def test_users_error_fails_at_once_with_its_problem(
    run_job: Callable[..., Run], messages: Messages
) -> None:
    run = run_job("simple_demo", {"no_such_parameter": 'it\'s "wrong"'})
    assert run.status == "FAILED"
    assert run.item.status == "FAILED"
    problem = json.loads(run.item.error_json or "")
    assert problem["type"] == "/problems/invalid-parameters"
    assert run.states.count("RunQuery") == 1
    assert messages.about(run.item.job_id)["body"]["error"] == problem


def test_cancelled_job_stays_cancelled(run_job: Callable[..., Run]) -> None:
    run = run_job("simple_demo", {}, status="CANCELLED")
    assert run.status == "SUCCEEDED"
    assert run.states == ["RegisterJob", "JobWithdrawn"]
    assert run.item.status == "CANCELLED"
