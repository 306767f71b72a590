"""What the tests of the Lambda runtime share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from local.state import Environment
from tests.integration.lambda_runtime.functions import Aws, DeployedFunction, deployed

type Deploy = Callable[..., DeployedFunction]


@pytest.fixture(scope="session")
def aws(environment: Environment) -> Aws:
    return Aws.at(environment.endpoint)


@pytest.fixture
def deploy(aws: Aws) -> Iterator[Deploy]:
    """Deploys functions that are gone after the test."""
    with ExitStack() as stack:

        def one(handler: str, **settings: Any) -> DeployedFunction:
            return stack.enter_context(deployed(aws, handler, **settings))

        yield one


@pytest.fixture(scope="session")
def sandboxed(aws: Aws) -> bool:
    """Whether functions have a file system of their own, which not every system allows."""
    with deployed(aws, "surroundings.task_root") as function:
        return bool(function.invoke().value == "/var/task")


@pytest.fixture
def needs_sandbox(sandboxed: bool) -> None:
    if not sandboxed:
        pytest.skip("This system allows no sandbox: functions run in the host's file system")
