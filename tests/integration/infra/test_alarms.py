"""From a fault to the e-mail about it, through copies of the deployed alarms.

A copy differs in what it watches, since a fault of the pipeline's own would alarm whoever runs the
other tests, and in its period: a minute is long for a test.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.state import Environment
from tests.integration.infra.faults import BROKEN, state_machine
from tests.integration.lambda_runtime.functions import Aws, deployed
from tests.integration.messages import letters

PATIENCE_SECONDS = 120
PERIOD_SECONDS = 10
SETTINGS = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "EvaluationPeriods",
    "MetricName",
    "Namespace",
    "Statistic",
    "Threshold",
    "TreatMissingData",
)


@contextmanager
def copy_of_alarm(environment: Environment, original: str, **dimensions: str) -> Iterator[str]:
    """The deployed alarm for something else, with a shorter period; gives the copy's name."""
    client = environment.client("cloudwatch")
    (alarm,) = client.describe_alarms(AlarmNames=[original])["MetricAlarms"]
    assert {one["Name"] for one in alarm["Dimensions"]} == set(dimensions)
    name = f"test-{uuid.uuid4().hex}"
    client.put_metric_alarm(
        AlarmName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        Period=PERIOD_SECONDS,
        **{setting: alarm[setting] for setting in SETTINGS},
    )
    try:
        yield name
    finally:
        client.delete_alarms(AlarmNames=[name])


def letter_about(environment: Environment, alarm: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for letter in letters(environment):
            if alarm in letter["Body"]["text_part"]:
                return letter
        time.sleep(0.2)
    raise TimeoutError(f"No e-mail about {alarm}")


def test_failing_function_sends_an_email(environment: Environment, aws: Aws) -> None:
    with (
        deployed(aws, "broken.handler", files=BROKEN) as function,
        copy_of_alarm(
            environment, "data-pipeline-data-processor-errors", FunctionName=function.name
        ) as alarm,
    ):
        function.invoke()
        letter = letter_about(environment, alarm)
    assert letter["Destination"]["ToAddresses"] == ["operator@example.com"]
    assert '"NewStateValue": "ALARM"' in letter["Body"]["text_part"]
    assert "Read the function's log" in letter["Body"]["text_part"]


def test_failed_job_sends_an_email(environment: Environment) -> None:
    client = environment.client("stepfunctions")
    with (
        state_machine(environment, {"Type": "Fail", "Error": "OnPurpose"}) as machine,
        copy_of_alarm(
            environment, "data-pipeline-analytics-job-failures", StateMachineArn=machine
        ) as alarm,
    ):
        client.start_execution(stateMachineArn=machine)
        letter = letter_about(environment, alarm)
    assert letter["Destination"]["ToAddresses"] == ["operator@example.com"]
    assert '"NewStateValue": "ALARM"' in letter["Body"]["text_part"]
