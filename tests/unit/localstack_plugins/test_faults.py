import json
import signal

import pytest

from pipeline_localstack.runtime import faults


def test_timeout_has_the_text_of_lambda() -> None:
    assert json.loads(faults.timed_out(3).payload("r-1")) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: r-1 Error: Task timed out after 3.00 seconds",
    }


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (0, "Runtime exited without providing a reason"),
        (1 << 8, "Runtime exited with error: exit status 1"),
        (int(signal.SIGSEGV), "Runtime exited with error: signal: segmentation fault"),
        (int(signal.SIGKILL), "Runtime exited with error: signal: killed"),
        (int(signal.SIGUSR1), f"Runtime exited with error: signal: signal {signal.SIGUSR1:d}"),
    ],
)
def test_exit_names_status_or_signal(status: int, message: str) -> None:
    fault = faults.exited(status, out_of_memory=False)
    assert fault.error_type == "Runtime.ExitError"
    assert fault.message == message
    assert fault.log_lines("r") == f"RequestId: r Error: {message}\nRuntime.ExitError\n"


def test_lack_of_memory_has_a_type_of_its_own() -> None:
    fault = faults.exited(int(signal.SIGKILL), out_of_memory=True)
    assert fault.error_type == "Runtime.OutOfMemory"
    assert fault.message == "Runtime exited with error: signal: killed"


def test_too_large_response_names_the_limit_and_not_the_request() -> None:
    assert json.loads(faults.response_too_large().payload("r")) == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": (
            "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        ),
    }
