"""Environments are reused when warm, and there are as many as there are invocations at once."""

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import runtime
from local.state import Environment
from tests.integration.lambda_runtime.conftest import Deploy
from tests.integration.lambda_runtime.functions import Answer, Aws, DeployedFunction


class Meeting:
    """Holds every caller until as many are there as shall meet."""

    def __init__(self, host: str) -> None:
        self._server = socket.create_server((host, 0))
        self._server.settimeout(60)
        self.place = {"host": host, "port": self._server.getsockname()[1]}

    def gather(self, count: int) -> list[socket.socket]:
        return [self._server.accept()[0] for _ in range(count)]

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def meeting(environment: Environment) -> Iterator[Meeting]:
    host = runtime.of(environment).machine_address(environment)
    with contextlib.closing(Meeting(host)) as meeting:
        yield meeting


def release(connections: list[socket.socket]) -> None:
    for connection in connections:
        with connection:
            connection.sendall(b".")


def test_environment_is_reused_when_warm(deploy: Deploy) -> None:
    function = deploy("waiting.handle")
    answers = [function.invoke({"seconds": 0}).value for _ in range(5)]
    assert [answer["calls"] for answer in answers] == [1, 2, 3, 4, 5]
    assert len({answer["environment"] for answer in answers}) == 1


def test_twenty_invocations_at_once_run_in_twenty_processes(
    deploy: Deploy, meeting: Meeting
) -> None:
    function = deploy("waiting.meet", Timeout=60)
    event = meeting.place
    with ThreadPoolExecutor(20) as pool:
        pending = [pool.submit(function.invoke, event) for _ in range(20)]
        release(meeting.gather(20))
        answers = [each.result() for each in pending]
    assert [answer.error for answer in answers] == [None] * 20
    assert len({answer.value for answer in answers}) == 20


def test_invocation_takes_an_environment_that_is_free_before_its_own_has_started(
    deploy: Deploy,
) -> None:
    function = deploy("waiting.handle")
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: function.invoke({"seconds": 0}), range(30)))
    assert [answer.error for answer in answers] == [None] * 30
    assert len({answer.value["environment"] for answer in answers}) < 30


def test_invocations_above_the_reserved_concurrency_are_throttled(
    deploy: Deploy, meeting: Meeting
) -> None:
    function = deploy("waiting.meet", Timeout=60)
    function.aws.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=2
    )
    event = meeting.place
    with ThreadPoolExecutor(2) as pool:
        pending = [pool.submit(function.invoke, event) for _ in range(2)]
        connections = meeting.gather(2)
        with pytest.raises(ClientError) as refused:
            function.invoke(event)
        release(connections)
        answers = [each.result() for each in pending]
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert [answer.error for answer in answers] == [None, None]


def test_changed_settings_apply_to_the_next_invocation(deploy: Deploy) -> None:
    function = deploy("echo.describe", MemorySize=128)
    assert function.invoke().value["memory"] == "128"
    function.aws.lambda_.update_function_configuration(FunctionName=function.name, MemorySize=256)
    function.aws.lambda_.get_waiter("function_updated_v2").wait(
        FunctionName=function.name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200}
    )
    assert function.invoke().value["memory"] == "256"


def test_failed_asynchronous_invocation_goes_to_the_failure_destination(
    deploy: Deploy, aws: Aws, unique: str
) -> None:
    queue = aws.sqs.create_queue(QueueName=f"runtime-test-{unique}")["QueueUrl"]
    function = deploy("failing.handle")
    try:
        _send_failures_to(queue, function)
        function.invoke_later({"operation": "drop"})
        record = _receive(aws, queue)
    finally:
        aws.sqs.delete_queue(QueueUrl=queue)
    assert "no such operation: drop" in record
    assert '"RetriesExhausted"' in record


def _send_failures_to(queue: str, function: DeployedFunction) -> None:
    attributes = function.aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    function.aws.lambda_.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": attributes["Attributes"]["QueueArn"]}},
    )


def _receive(aws: Aws, queue: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer: dict[str, Any] = aws.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)
        for message in answer.get("Messages", []):
            return str(message["Body"])
    raise AssertionError("No record of the failure arrived")


def test_synchronous_invocations_do_not_wait_for_each_other(
    deploy: Deploy, meeting: Meeting
) -> None:
    function = deploy("waiting.meet", Timeout=60)
    event = meeting.place
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(function.invoke, event)
        (held,) = meeting.gather(1)
        quick = pool.submit(function.invoke, event)
        release(meeting.gather(1))
        quick_answer: Answer = quick.result()
        assert not slow.done()
        release([held])
        assert slow.result().value != quick_answer.value


def test_provisioned_environments_are_initialised_before_the_first_invocation(
    deploy: Deploy,
) -> None:
    function = deploy("talking.handle")
    version = function.aws.lambda_.publish_version(FunctionName=function.name)["Version"]
    place = {"FunctionName": function.name, "Qualifier": version}
    function.aws.lambda_.put_provisioned_concurrency_config(
        **place, ProvisionedConcurrentExecutions=1
    )
    deadline = time.monotonic() + 60
    while True:
        status = function.aws.lambda_.get_provisioned_concurrency_config(**place)["Status"]
        if status == "READY":
            break
        assert (status, time.monotonic() < deadline) == ("IN_PROGRESS", True)
        time.sleep(0.1)
    function.aws.lambda_.invoke(**place, Payload=b'{"lines": 0}')
    lines = function.log_until("REPORT RequestId")
    assert any(line.endswith(f"Version: {version}") for line in lines)
