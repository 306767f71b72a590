"""Time, memory and payload sizes are limited as Lambda limits them."""

import re

import pytest

from tests.integration.lambda_runtime.conftest import Deploy

MAXIMUM_RESPONSE_BYTES = 6_291_556


def test_timeout_ends_the_invocation_in_the_words_of_lambda(deploy: Deploy) -> None:
    function = deploy("waiting.handle", Timeout=4)
    first = function.invoke({"seconds": 0}).value["environment"]
    answer = function.invoke({"seconds": 60})
    assert answer.error == "Unhandled"
    assert answer.value == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": (
            f"RequestId: {answer.request_id} Error: Task timed out after 4.00 seconds"
        ),
    }
    assert "waiting\n" in answer.log_tail
    assert f"Z {answer.request_id} Task timed out after 4.00 seconds" in answer.log_tail
    assert re.search(r"REPORT .*\tStatus: timeout", answer.log_tail)
    again = function.invoke({"seconds": 0})
    assert again.value["calls"] == 1
    assert again.value["environment"] != first


@pytest.mark.parametrize("child", [False, True], ids=["in the runtime", "in a child process"])
def test_too_much_memory_kills_the_function(deploy: Deploy, *, child: bool) -> None:
    function = deploy("memory.handle", MemorySize=128)
    answer = function.invoke({"mib": 200, "child": child})
    assert answer.error == "Unhandled"
    assert answer.value == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": (
            f"RequestId: {answer.request_id} Error: Runtime exited with error: signal: killed"
        ),
    }
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in answer.log_tail
    assert "Error Type: Runtime.OutOfMemory" in answer.log_tail
    assert function.invoke({"mib": 1}).value == 1


def test_memory_within_the_limit_is_reported(deploy: Deploy) -> None:
    answer = deploy("memory.handle", MemorySize=256).invoke({"mib": 100})
    assert answer.value == 100
    used = re.search(r"Max Memory Used: (\d+) MB", answer.log_tail)
    assert used is not None
    assert 100 < int(used[1]) < 256


def test_response_at_the_limit_arrives_whole(deploy: Deploy) -> None:
    answer = deploy("payload.handle").invoke({"bytes": MAXIMUM_RESPONSE_BYTES})
    assert answer.error is None
    assert len(answer.value) == MAXIMUM_RESPONSE_BYTES - 2


def test_response_above_the_limit_is_an_error(deploy: Deploy) -> None:
    function = deploy("payload.handle")
    answer = function.invoke({"bytes": MAXIMUM_RESPONSE_BYTES + 1})
    assert answer.error == "Unhandled"
    assert answer.value == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": (
            "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        ),
    }
    assert function.invoke({"bytes": 10}).value == "x" * 8


def test_event_of_six_megabytes_arrives_whole(deploy: Deploy) -> None:
    size = 6 * 1024 * 1024 - 100
    assert deploy("payload.measure").invoke({"text": "y" * size}).value == size


def test_unicode_goes_in_and_out_unchanged(deploy: Deploy) -> None:
    text = 'Zażółć 東京 🚀 \u2028 \x00 \\ "'
    assert deploy("echo.handle").invoke({text: [text]}).value == {text: [text]}


@pytest.mark.parametrize("event", [None, True, 0, "", [], {}])
def test_any_json_value_is_an_event(deploy: Deploy, event: object) -> None:
    assert deploy("echo.handle").invoke(event).value == event


def test_context_describes_the_function(deploy: Deploy) -> None:
    function = deploy("echo.describe", MemorySize=192, Timeout=7)
    answer = function.invoke()
    remaining = answer.value.pop("remaining")
    assert 0 < remaining <= 7_000
    assert answer.value == {
        "name": function.name,
        "version": "$LATEST",
        "memory": "192",
        "request": answer.request_id,
        "arn": f"arn:aws:lambda:us-east-1:000000000000:function:{function.name}",
        "log_group": f"/aws/lambda/{function.name}",
    }
