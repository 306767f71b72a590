"""What these tests share."""

import pytest

from local.state import Environment
from tests.integration.lambda_runtime.functions import Aws


@pytest.fixture(scope="session")
def aws(environment: Environment) -> Aws:
    return Aws.at(environment.endpoint)
