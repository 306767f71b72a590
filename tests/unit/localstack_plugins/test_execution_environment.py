"""One execution environment with AWS's own runtime interface client in it, without LocalStack."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pipeline_localstack.runtime import layout
from pipeline_localstack.runtime.environment import (
    EnvironmentStoppedError,
    ExecutionEnvironment,
)
from pipeline_localstack.runtime.invocation import Function, Request, Result
from pipeline_localstack.runtime.variables import function_environment
from pipeline_localstack.supervisor.launch import Launch

MIB = 1024 * 1024
CODE = """
import os, pathlib, tempfile, threading, time

print("loading")
calls = 0

def count(event, context):
    global calls
    calls += 1
    return calls

scratch = pathlib.Path(tempfile.gettempdir())

def grow(event, context):
    return len(b"x" * (200 * 2**20))

def die_when_told():
    while not (scratch / "die").exists():
        time.sleep(0.01)
    os._exit(1)

def die_later(event, context):
    threading.Thread(target=die_when_told).start()
    return count(event, context)

def sleep(event, context):
    print("asleep")
    (scratch / "asleep").touch()
    time.sleep(600)
"""

type Start = Callable[..., ExecutionEnvironment]


@pytest.fixture
def workspace(tmp_path: Path) -> layout.Workspace:
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(CODE, encoding="utf-8")
    return layout.Workspace.create(tmp_path / "workspace", code)


@pytest.fixture
def start(interpreter: layout.Interpreter, workspace: layout.Workspace) -> Iterator[Start]:
    function = Function(
        version="$LATEST",
        runtime="python3.13",
        runtime_arn="arn:aws:lambda:us-east-1::runtime:0",
        timeout=60.0,
        memory_size=128 * MIB,
    )
    with ExitStack() as stack:

        def one(handler: str) -> ExecutionEnvironment:
            def launch(address: str) -> Launch:
                variables = function_environment({}, {}, "python3.13")
                return layout.plain(
                    interpreter,
                    workspace,
                    ("-m", "awslambdaric", handler),
                    {**variables, "AWS_LAMBDA_RUNTIME_API": address},
                    function.memory_size,
                )

            environment = ExecutionEnvironment(function, launch)
            stack.callback(environment.stop)
            environment.start()
            return environment

        yield one


def request(request_id: str = "r-1", event: Any = None) -> Request:
    return Request(
        request_id=request_id,
        payload=json.dumps(event).encode(),
        function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
        trace_id="Root=1-2-3",
    )


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_output_of_init_and_invocation_comes_with_the_invocation(start: Start) -> None:
    result = start("app.count").invoke(request())
    assert (result.payload, result.is_error) == (b"1", False)
    assert result.output == "loading\n"
    assert result.logs.index("loading") < result.logs.index("START RequestId: r-1")


def test_process_that_died_between_invocations_is_replaced(
    start: Start, workspace: layout.Workspace
) -> None:
    environment = start("app.die_later")
    assert environment.invoke(request("r-1")).payload == b"1"
    order = Path(workspace.scratch, "die")
    order.touch()
    wait_until(lambda: not environment._events.empty())
    order.unlink()
    second = environment.invoke(request("r-2"))
    assert (second.payload, second.is_error) == (b"1", False)
    assert "r-1" not in second.logs


def test_init_can_be_awaited_before_the_first_invocation(start: Start) -> None:
    environment = start("app.count")
    assert environment.wait_until_ready(60) is None
    assert environment.invoke(request()).payload == b"1"


def test_failed_init_tells_its_error_when_awaited(start: Start) -> None:
    error = start("app.absent").wait_until_ready(60)
    assert error is not None
    assert json.loads(error)["errorType"] == "Runtime.HandlerNotFound"


def test_stop_ends_a_running_invocation_with_an_error(
    start: Start, workspace: layout.Workspace
) -> None:
    environment = start("app.sleep")
    results: list[Result] = []
    worker = threading.Thread(target=lambda: results.append(environment.invoke(request())))
    environment.wait_until_ready(60)
    worker.start()
    wait_until(Path(workspace.scratch, "asleep").exists)
    environment.stop()
    worker.join(60)
    assert [result.is_error for result in results] == [True]
    assert "asleep" in results[0].output


def test_invocation_that_had_too_much_memory_for_a_moment_fails(start: Start) -> None:
    result = start("app.grow").invoke(request())
    assert result.is_error
    assert json.loads(result.payload)["errorType"] == "Runtime.OutOfMemory"


def test_stopped_environment_takes_no_invocation(start: Start) -> None:
    environment = start("app.count")
    environment.stop()
    with pytest.raises(EnvironmentStoppedError):
        environment.invoke(request())
