"""Processes under supervision, as the tests of the plugins start them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from queue import Queue
from typing import NamedTuple

import pytest

from local.toolchain import LAMBDA_RUNTIME_VENV
from pipeline_localstack.runtime import layout
from pipeline_localstack.runtime.events import Event
from pipeline_localstack.runtime.probe import sandbox_obstacle
from pipeline_localstack.runtime.process import RuntimeProcess

INTERPRETER = str(LAMBDA_RUNTIME_VENV / "bin" / "python")


class Supervised(NamedTuple):
    process: RuntimeProcess
    events: Queue[Event]
    scratch: Path


type Supervise = Callable[..., Supervised]


@pytest.fixture(scope="session")
def interpreter() -> layout.Interpreter:
    return layout.Interpreter.of(INTERPRETER)


@pytest.fixture(scope="session")
def sandbox(
    interpreter: layout.Interpreter, tmp_path_factory: pytest.TempPathFactory
) -> str | None:
    """Why there is no sandbox on this machine; None when there is one."""
    return sandbox_obstacle(interpreter, tmp_path_factory.mktemp("probe") / "workspace")


@pytest.fixture(params=["sandboxed", "plain"])
def supervise(
    request: pytest.FixtureRequest,
    interpreter: layout.Interpreter,
    sandbox: str | None,
    tmp_path: Path,
) -> Iterator[Supervise]:
    """Runs Python code under supervision, with and without a sandbox."""
    if request.param == "sandboxed" and sandbox is not None:
        pytest.skip(f"This system allows no sandbox: {sandbox}")
    make = getattr(layout, request.param)
    code = tmp_path / "code"
    code.mkdir()
    with ExitStack() as stack:

        def start(source: str, *, memory: int = 2**30, **variables: str) -> Supervised:
            workspace = layout.Workspace.create(tmp_path / "workspace", code)
            environment = {"LD_LIBRARY_PATH": "/var/lang/lib", **variables}
            launch = make(interpreter, workspace, ("-c", source), environment, memory)
            events: Queue[Event] = Queue()
            process = RuntimeProcess(launch, events)
            stack.enter_context(closing(process))
            return Supervised(process, events, Path(workspace.scratch))

        yield start


@pytest.fixture
def on_linux() -> None:
    if sys.platform != "linux":
        pytest.skip("Only Linux tells this of a process")
