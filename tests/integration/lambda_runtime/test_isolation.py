"""A function sees its code, its variables and AWS's runtime, and nothing of the host."""

from pathlib import Path

import pytest

from tests.integration.lambda_runtime.conftest import Deploy

QUESTION = {
    "modules": ["boto3", "awslambdaric", "localstack", "moto", "plux", "pipeline_localstack"],
    "paths": ["/var/task", "/var/runtime", "/opt", "/home", "/root", str(Path.cwd())],
}
# Of AWS's list, or made by Python itself (LC_CTYPE).
LAMBDA_VARIABLES = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "SHLVL",
    "TZ",
    "_AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_PORT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}


def test_only_the_functions_own_variables_are_set_besides_those_of_lambda(
    deploy: Deploy, *, sandboxed: bool
) -> None:
    function = deploy(
        "surroundings.handle", Environment={"Variables": {"JOBS_TABLE": "jobs", "EDGE_PORT": "1"}}
    )
    variables = function.invoke(QUESTION).value["environment"]
    own = {"JOBS_TABLE": "jobs", "EDGE_PORT": "1"}
    expected = LAMBDA_VARIABLES | set(own) | {"AWS_ENDPOINT_URL"}
    if not sandboxed:
        expected = expected - {"PYTHONPATH"} | {"TMPDIR"}
    assert set(variables) == expected
    assert own.items() <= variables.items()
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == function.name
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert variables["_HANDLER"] == "surroundings.handle"


def test_only_what_the_runtime_of_aws_provides_can_be_imported(deploy: Deploy) -> None:
    answer = deploy("surroundings.handle").invoke(QUESTION).value
    assert answer["importable"] == {
        "boto3": True,
        "awslambdaric": True,
        "localstack": False,
        "moto": False,
        "plux": False,
        "pipeline_localstack": False,
    }
    assert answer["python"] == "3.13"
    assert answer["path"][0] == answer["environment"]["LAMBDA_TASK_ROOT"]


@pytest.mark.usefixtures("needs_sandbox")
def test_file_system_is_that_of_the_runtime(deploy: Deploy) -> None:
    answer = deploy("surroundings.handle").invoke(QUESTION).value
    assert answer["task"] == ["surroundings.py"]
    assert answer["visible"] == {
        "/var/task": True,
        "/var/runtime": True,
        "/opt": True,
        "/home": False,
        "/root": False,
        str(Path.cwd()): False,
    }


@pytest.mark.usefixtures("needs_sandbox")
def test_code_is_read_only(deploy: Deploy) -> None:
    function = deploy("surroundings.change_code")
    answer = function.invoke()
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] in {"OSError", "PermissionError"}
    assert "planted.py" in answer.value["errorMessage"]


def test_temporary_files_stay_for_the_next_invocation_of_the_same_environment(
    deploy: Deploy,
) -> None:
    function = deploy("surroundings.keep")
    assert function.invoke({"name": "first"}).value == []
    assert function.invoke({"name": "second"}).value == ["first"]


def test_temporary_files_of_one_function_are_not_seen_by_another(deploy: Deploy) -> None:
    deploy("surroundings.keep").invoke({"name": "mine"})
    assert deploy("surroundings.keep").invoke({"name": "yours"}).value == []
    assert not Path("/tmp/mine").exists()


def test_function_reaches_aws_with_credentials_of_its_own(deploy: Deploy) -> None:
    answer = deploy("calling_aws.handle").invoke()
    assert (answer.error, answer.value) == (None, "000000000000")
