"""What CloudWatch knows of functions, executions and requests, asked for as an operator does."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from local.state import Environment
from tests.integration.conftest import TIMEOUT_SECONDS
from tests.integration.infra.faults import BROKEN, state_machine
from tests.integration.lambda_runtime.functions import Aws, deployed

PATIENCE_SECONDS = 60

type Sums = Callable[[str], float]


def statistics(
    environment: Environment,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    since: datetime,
) -> list[dict[str, Any]]:
    """`aws cloudwatch get-metric-statistics` since then.

    Without points that were born while LocalStack asked its store for one statistic after the
    other: they have only the last of them.
    """
    answer = environment.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=since,
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum", "Average"],
    )
    return [point for point in answer["Datapoints"] if {"Sum", "Average"} <= point.keys()]


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=10)


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("CloudWatch was not told")
        time.sleep(0.2)


def summed(environment: Environment, namespace: str, **dimensions: str) -> Sums:
    # One beginning for all sums: from a later one, what others did before would be missing.
    since = lately()
    return lambda metric: sum(
        point["Sum"] for point in statistics(environment, namespace, metric, dimensions, since)
    )


def test_errors_of_a_function_are_counted(environment: Environment, aws: Aws) -> None:
    with deployed(aws, "broken.handler", files=BROKEN) as function:
        for _ in range(3):
            assert function.invoke().error == "Unhandled"
        total = summed(environment, "AWS/Lambda", FunctionName=function.name)
        until(lambda: total("Errors") == 3)
        assert total("Invocations") == 3
        assert total("Duration") > 0
        assert total("Throttles") == 0


def test_invocation_without_error_counts_as_no_error(environment: Environment, aws: Aws) -> None:
    files = {"fine.py": "def handler(event, context):\n    return 1\n"}
    with deployed(aws, "fine.handler", files=files) as function:
        function.invoke()
        asked = (environment, "AWS/Lambda", "Errors", {"FunctionName": function.name}, lately())
        until(lambda: statistics(*asked))
        (point,) = statistics(*asked)
        assert (point["Sum"], point["Average"]) == (0, 0)


def test_throttled_invocation_is_counted(environment: Environment, aws: Aws) -> None:
    with deployed(aws, "broken.handler", files=BROKEN) as function:
        aws.lambda_.put_function_concurrency(
            FunctionName=function.name, ReservedConcurrentExecutions=0
        )
        with pytest.raises(aws.lambda_.exceptions.TooManyRequestsException):
            function.invoke()
        total = summed(environment, "AWS/Lambda", FunctionName=function.name)
        until(lambda: total("Throttles") == 1)
        assert total("Invocations") == 0


@pytest.mark.parametrize(
    ("state", "more", "metric"),
    [
        ({"Type": "Succeed"}, {}, "ExecutionsSucceeded"),
        ({"Type": "Fail", "Error": "OnPurpose"}, {}, "ExecutionsFailed"),
        ({"Type": "Wait", "Seconds": 30, "End": True}, {"TimeoutSeconds": 1}, "ExecutionsTimedOut"),
    ],
    ids=["succeeded", "failed", "timed out"],
)
def test_end_of_an_execution_is_counted(
    environment: Environment, state: dict[str, Any], more: dict[str, Any], metric: str
) -> None:
    with state_machine(environment, state, **more) as machine:
        environment.client("stepfunctions").start_execution(stateMachineArn=machine)
        total = summed(environment, "AWS/States", StateMachineArn=machine)
        until(lambda: total("ExecutionTime") > 0)
        assert total("ExecutionsStarted") == 1
        assert total(metric) == 1


def test_stopped_execution_is_counted_once(environment: Environment) -> None:
    client = environment.client("stepfunctions")
    with state_machine(environment, {"Type": "Wait", "Seconds": 2, "End": True}) as machine:
        execution = client.start_execution(stateMachineArn=machine)["executionArn"]
        client.stop_execution(executionArn=execution)
        total = summed(environment, "AWS/States", StateMachineArn=machine)
        until(lambda: total("ExecutionsAborted"))
        time.sleep(3)  # past the end of what it was doing
        assert total("ExecutionsAborted") == 1
        assert total("ExecutionsSucceeded") == 0


def test_requests_of_the_api_are_counted(environment: Environment) -> None:
    total = summed(environment, "AWS/ApiGateway", ApiName="data-pipeline-analytics", Stage="prod")
    before = total("4XXError")
    requests.get(f"{environment.api_url}/nowhere", timeout=TIMEOUT_SECONDS)
    until(lambda: total("4XXError") > before)
    refused = total("4XXError")  # first, since other tests' requests go on being counted
    assert total("Count") >= refused


def test_dashboard_shows_the_pipeline(environment: Environment) -> None:
    found = environment.client("cloudwatch").get_dashboard(DashboardName="data-pipeline")
    titles = {
        widget["properties"]["title"] for widget in json.loads(found["DashboardBody"])["widgets"]
    }
    assert {"Files", "Quarantine"} <= titles
