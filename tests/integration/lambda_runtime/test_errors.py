"""Errors reach the caller in the shape and the words in which Lambda reports them."""

import re

import pytest

from tests.integration.lambda_runtime.conftest import Deploy


def test_error_of_the_handler_is_reported_with_its_class_message_and_place(
    deploy: Deploy,
) -> None:
    answer = deploy("failing.handle").invoke({"operation": "drop"})
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "InvalidQueryError"
    assert answer.value["errorMessage"] == "no such operation: drop (call 1)"
    assert answer.value["requestId"] == answer.request_id
    assert '/failing.py", line' in answer.value["stackTrace"][-1]
    assert "[ERROR] InvalidQueryError: no such operation: drop" in answer.log_tail


def test_environment_stays_warm_after_an_error_of_the_handler(deploy: Deploy) -> None:
    function = deploy("failing.handle")
    function.invoke({"operation": "a"})
    assert "(call 2)" in function.invoke({"operation": "b"}).value["errorMessage"]


def test_result_that_is_no_json_is_a_marshal_error(deploy: Deploy) -> None:
    answer = deploy("failing.unserialisable").invoke()
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "Runtime.MarshalError"


def test_missing_module_fails_the_init_phase(deploy: Deploy) -> None:
    function = deploy("broken_import.handle")
    answer = function.invoke()
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "Runtime.ImportModuleError"
    assert answer.value["errorMessage"] == (
        "Unable to import module 'broken_import': No module named 'a_module_that_is_nowhere'"
    )
    lines = function.log_until("REPORT RequestId")
    reports = [line for line in lines if line.startswith("INIT_REPORT")]
    assert ["Phase: init" in reports[0], "Phase: invoke" in reports[1]] == [True, True]
    assert all("Error Type: Runtime.ImportModuleError" in report for report in reports)
    assert any(line.startswith("[ERROR] Runtime.ImportModuleError") for line in lines)


def test_missing_handler_fails_the_init_phase(deploy: Deploy) -> None:
    answer = deploy("echo.nothing_of_this_name").invoke()
    assert answer.value["errorType"] == "Runtime.HandlerNotFound"
    assert answer.value["errorMessage"] == (
        "Handler 'nothing_of_this_name' missing on module 'echo'"
    )


def test_syntax_error_fails_the_init_phase(deploy: Deploy) -> None:
    files = {"unfinished.py": "def handle(event, context:\n    return 1\n"}
    answer = deploy("unfinished.handle", files=files).invoke()
    assert answer.value["errorType"] == "Runtime.UserCodeSyntaxError"
    assert answer.value["errorMessage"].startswith("Syntax error in module 'unfinished'")
    assert "/unfinished.py" in answer.value["stackTrace"][0]


def test_error_while_loading_is_reported_with_its_own_class(deploy: Deploy) -> None:
    files = {"unset.py": "import os\nos.environ['NOT_SET']\ndef handle(event, context): ...\n"}
    answer = deploy("unset.handle", files=files).invoke()
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "KeyError"
    assert answer.value["errorMessage"] == "'NOT_SET'"


def test_init_phase_that_takes_too_long_is_tried_again_by_the_invocation(deploy: Deploy) -> None:
    function = deploy("slow_start.handle")
    answer = function.invoke()
    assert (answer.error, answer.value) == (None, "initialised")
    (report,) = (
        line for line in function.log_until("REPORT RequestId") if line.startswith("INIT_REPORT")
    )
    assert "Phase: init\tStatus: timeout" in report


def test_init_phase_that_never_ends_is_a_timeout_of_the_function(deploy: Deploy) -> None:
    answer = deploy("never_starting.handle", Timeout=1).invoke()
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "Sandbox.Timedout"
    assert answer.value["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("exit", "Runtime exited with error: exit status 3"),
        ("sys.exit", "Runtime exited with error: exit status 4"),
        ("clean exit", "Runtime exited without providing a reason"),
        ("segfault", "Runtime exited with error: signal: segmentation fault"),
        ("abort", "Runtime exited with error: signal: aborted"),
    ],
)
def test_crash_is_reported_and_costs_the_process(deploy: Deploy, how: str, message: str) -> None:
    function = deploy("dying.handle")
    before = function.invoke({"how": "not at all"}).value
    answer = function.invoke({"how": how})
    assert answer.error == "Unhandled"
    assert answer.value == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {answer.request_id} Error: {message}",
    }
    assert "last words\n" in answer.log_tail
    assert f"RequestId: {answer.request_id} Error: {message}\nRuntime.ExitError" in answer.log_tail
    assert re.search(r"REPORT .*\tStatus: error\tError Type: Runtime.ExitError", answer.log_tail)
    after = function.invoke({"how": "not at all"})
    assert after.error is None
    assert after.value != before
