"""The definition of the workflow."""

from typing import Any

import pytest

from data_pipeline.aws.database import TransientDatabaseError
from data_pipeline.aws.secrets import SecretUnreadable
from tests.infra.conftest import StageTemplates

TRANSIENT: tuple[type[Exception], ...] = (
    TransientDatabaseError,
    *TransientDatabaseError.__subclasses__(),
    SecretUnreadable,
)

type States = dict[str, dict[str, Any]]


@pytest.fixture
def states(local_templates: StageTemplates) -> States:
    found: States = local_templates.state_machine()["States"]
    return found


def tasks(states: States) -> States:
    return {name: state for name, state in states.items() if state["Type"] == "Task"}


def test_a_job_goes_the_documented_way(states: States) -> None:
    assert states["RegisterJob"]["Next"] == "RunQuery"
    assert states["RunQuery"]["Next"] == "IsResultInline"
    assert states["IsResultInline"]["Choices"][0]["Next"] == "StoreInlineResult"
    assert states["IsResultInline"]["Default"] == "StoreResult"
    for store in ("StoreInlineResult", "StoreResult"):
        assert states[store]["Next"] == "CompleteJob"
    assert states["CompleteJob"]["Next"] == "DescribeCompletion"
    assert states["DescribeCompletion"]["Next"] == "NotifyCompletion"
    assert states["NotifyCompletion"]["End"]


def test_items_and_notifications_need_no_function(states: States) -> None:
    services = {
        name: state["Resource"].rpartition(":::")[2] for name, state in tasks(states).items()
    }
    assert services == {
        "RegisterJob": "dynamodb:updateItem",
        "RunQuery": "lambda:invoke",
        "StoreInlineResult": "dynamodb:updateItem",
        "StoreResult": "dynamodb:updateItem",
        "CompleteJob": "dynamodb:updateItem",
        "NotifyCompletion": "sns:publish",
        "FailJob": "dynamodb:updateItem",
        "NotifyFailure": "sns:publish",
    }


def test_retries_spread_out_and_have_a_bound(states: States) -> None:
    for name, task in tasks(states).items():
        assert task["Retry"], name
        for retry in task["Retry"]:
            assert retry["JitterStrategy"] == "FULL"
            assert retry["BackoffRate"] >= 2
            assert 0 < retry["MaxAttempts"] <= 6
            assert retry["MaxDelaySeconds"] <= 60


def test_only_transient_errors_are_tried_again(states: States) -> None:
    errors = {
        error
        for task in tasks(states).values()
        for retry in task["Retry"]
        for error in retry["ErrorEquals"]
    }
    assert not {error for error in errors if error.startswith("States.")}
    assert not errors & {"InvalidQuery", "DynamoDB.ConditionalCheckFailedException"}
    # Lambda names an error by its class alone: one derived from another has to be named itself.
    assert {error.__name__ for error in TRANSIENT} <= errors


def test_any_error_before_the_end_fails_the_job(states: States) -> None:
    for name in ("RegisterJob", "RunQuery", "StoreInlineResult", "StoreResult", "CompleteJob"):
        last = states[name]["Catch"][-1]
        assert last["ErrorEquals"] == ["States.ALL"]
        assert leads_to(states, last["Next"], "NotifyFailure")


def test_a_timeout_is_told_from_a_fault(states: States) -> None:
    ways = {
        error: catch["Next"]
        for catch in states["RunQuery"]["Catch"]
        for error in catch["ErrorEquals"]
    }
    assert len({ways["InvalidQuery"], ways["States.Timeout"], ways["States.ALL"]}) == 3
    assert ways["QueryTimeout"] == ways["Sandbox.Timedout"] == ways["States.Timeout"]
    assert states[ways["States.Timeout"]]["Parameters"]["status"] == "TIMED_OUT"
    assert states[ways["States.ALL"]]["Parameters"]["status"] == "FAILED"


def test_lost_runner_is_tried_again_once(states: States) -> None:
    (retry,) = (
        retry
        for retry in states["RunQuery"]["Retry"]
        if "Runtime.ExitError" in retry["ErrorEquals"]
    )
    assert retry["MaxAttempts"] == 1


def test_every_end_of_an_execution_reaches_the_closer(templates: StageTemplates) -> None:
    (machine,) = templates.resources("AWS::StepFunctions::StateMachine")
    (rule,) = templates.properties("AWS::Events::Rule")
    detail = rule["EventPattern"]["detail"]
    assert detail["stateMachineArn"] == [{"Ref": machine}]
    assert set(detail["status"]) == {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
    closer = rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]
    name = templates.resources("AWS::Lambda::Function")[closer]["Properties"]["FunctionName"]
    assert name == "data-pipeline-job-closer"


def test_subscribers_can_choose_by_status_operation_and_owner(states: States) -> None:
    for name in ("NotifyCompletion", "NotifyFailure"):
        parameters = states[name]["Parameters"]
        assert set(parameters["MessageAttributes"]) == {"status", "operation", "owner"}
        assert parameters["MessageStructure"] == "json"
        assert set(parameters["Message"]) == {"default.$", "email.$"}


def test_nobody_is_notified_of_a_withdrawn_job(states: States) -> None:
    (cancelled,) = (
        catch["Next"]
        for catch in states["RunQuery"]["Catch"]
        if catch["ErrorEquals"] == ["JobCancelled"]
    )
    assert states[cancelled]["Type"] == "Succeed"
    for name, task in tasks(states).items():
        if task["Resource"].endswith("dynamodb:updateItem"):
            (withdrawn,) = (
                catch["Next"]
                for catch in task["Catch"]
                if catch["ErrorEquals"] == ["DynamoDB.ConditionalCheckFailedException"]
            )
            assert states[withdrawn]["Type"] == "Succeed", name
            assert task["Parameters"]["ConditionExpression"]


def test_every_task_and_the_whole_have_a_timeout(
    states: States, local_templates: StageTemplates
) -> None:
    timeout = local_templates.functions()["data-pipeline-job-runner"]["Timeout"]
    assert all(task["TimeoutSeconds"] > 0 for task in tasks(states).values())
    run = states["RunQuery"]
    assert run["TimeoutSeconds"] > timeout
    attempts = 1 + sum(retry["MaxAttempts"] for retry in run["Retry"])
    whole = local_templates.state_machine()["TimeoutSeconds"]
    assert whole > attempts * run["TimeoutSeconds"]


def leads_to(states: States, name: str, goal: str) -> bool:
    while name != goal:
        following = states[name].get("Next")
        if following is None:
            return False
        name = following
    return True
