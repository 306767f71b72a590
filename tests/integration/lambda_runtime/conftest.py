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
