"""Nothing outlives LocalStack, however it ends; and functions run where no sandbox is possible.

These tests end a LocalStack, so each starts one of its own.
"""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from local.localstack import LocalStack
from local.ports import choose
from local.state import Environment
from tests.integration.lambda_runtime.functions import Aws, create, deployed

# The init hooks keep these; nothing connects to a database here.
SETTINGS = {
    "PIPELINE_DATABASE_HOST": "127.0.0.1",
    "PIPELINE_DATABASE_PORT": "5432",
    "PIPELINE_DATABASE_NAME": "pipeline",
    "PIPELINE_OWNER_PASSWORD": "unused",
    "PIPELINE_WRITER_PASSWORD": "unused",
    "PIPELINE_READER_PASSWORD": "unused",
}

pytestmark = pytest.mark.usefixtures("embedded_only")

type StartLocalStack = Callable[..., LocalStack]


@pytest.fixture
def start(environment: Environment, tmp_path: Path) -> Iterator[StartLocalStack]:
    """Starts a LocalStack that is gone after the test."""
    cache = Path("localstack", "var", "lib", "localstack", "cache")
    # The catalogue of services takes seconds to build, and is the same everywhere.
    for file in (environment.directory / cache).glob("service-catalog-*"):
        (tmp_path / cache).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / cache)
    with ExitStack() as stack:

        def one(**settings: str) -> LocalStack:
            port = choose("shutdown", None).localstack
            own = replace(environment, endpoint=f"http://127.0.0.1:{port}", directory=tmp_path)
            localstack = LocalStack(environment=own, port=port, secrets=SETTINGS | settings)
            stack.callback(localstack.stop)
            localstack.start()
            return localstack

        yield one


def processes_of(localstack: LocalStack) -> list[psutil.Process]:
    process = localstack.server.find()
    assert process is not None
    return process.children(recursive=True)


def end_with_children(localstack: LocalStack, number: signal.Signals) -> list[psutil.Process]:
    """End LocalStack while a function's processes live; those that outlive it."""
    server = localstack.server.find()
    assert server is not None
    aws = Aws.at(localstack.environment.endpoint)
    with ThreadPoolExecutor(3) as pool:
        functions = list(pool.map(lambda _: create(aws, "waiting.leave_children"), range(3)))
    assert [function.invoke({}).error for function in functions] == [None] * 3
    children = processes_of(localstack)
    # A supervisor, the runtime and two shells at least, for each function.
    assert len(children) >= 3 * 4
    server.send_signal(number)
    return psutil.wait_procs([server, *children], timeout=60)[1]


def test_no_process_is_left_when_localstack_is_killed(start: StartLocalStack) -> None:
    assert end_with_children(start(), signal.SIGKILL) == []


def test_contract_is_kept_where_no_sandbox_is_possible(start: StartLocalStack) -> None:
    localstack = start(LAMBDA_PROCESS_SANDBOX="0")
    aws = Aws.at(localstack.environment.endpoint)
    with deployed(aws, "surroundings.keep") as one, deployed(aws, "surroundings.keep") as other:
        assert one.invoke({"name": "mine"}).value == []
        assert other.invoke({"name": "yours"}).value == []
        assert one.invoke({"name": "more"}).value == ["mine"]
    with deployed(aws, "waiting.leave_children", Timeout=1) as function:
        assert function.invoke({"seconds": 60}).value["errorType"] == "Sandbox.Timedout"
        deadline = time.monotonic() + 60
        while processes_of(localstack):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    with deployed(aws, "memory.handle", MemorySize=128) as function:
        answer = function.invoke({"mib": 200, "child": True})
        assert answer.value["errorType"] == "Runtime.OutOfMemory"
    assert end_with_children(localstack, signal.SIGTERM) == []
