"""What the integration tests share: one running environment, its API, its bucket.

The environment is the one that `PIPELINE_ENVIRONMENT` names; `make test` starts one of its own.
Tests isolate themselves by keys, prefixes and source ids, never by a clean environment.
"""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from local import embedded, state
from local.state import Environment
from tests.integration.databases import (  # noqa: F401 - fixtures for all of them
    database_template,
    database_url,
    new_database,
)

TIMEOUT_SECONDS = 60


class Api(requests.Session):
    """The environment's REST API: paths are relative to its stage, the key is sent by itself."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__()
        self.url = url
        self.key = key
        self.headers["x-api-key"] = key
        self.trust_env = False

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> Any:
        more.setdefault("timeout", TIMEOUT_SECONDS)
        return super().request(method, urljoin(f"{self.url}/", str(url).lstrip("/")), *args, **more)


@pytest.fixture(scope="session")
def environment() -> Environment:
    """The running environment.

    Raises:
        EnvironmentNotRunning: there is none; the message says how to start it.
    """
    return state.load(state.current_name())


@pytest.fixture(scope="session")
def embedded_only() -> None:
    """For tests of the processes of this machine that the embedded runtime starts."""
    if state.load(state.current_name()).runtime != embedded.RUNTIME:
        pytest.skip("About processes of this machine: in the docker runtime there are containers")


@pytest.fixture(scope="session")
def api_key(environment: Environment) -> str:
    key = environment.client("apigateway").get_api_key(
        apiKey=environment.output("AnalyticsStack", "ApiKeyId"), includeValue=True
    )
    return str(key["value"])


@pytest.fixture(scope="session")
def api(environment: Environment, api_key: str) -> Iterator[Api]:
    with Api(environment.api_url, api_key) as session:
        yield session


@pytest.fixture(scope="session")
def raw_bucket(environment: Environment) -> str:
    return environment.output("DataPipelineStack", "RawBucketName")


@pytest.fixture
def unique() -> str:
    """A short word that no other test and no other run uses.

    It begins with a letter: twelve digits are an account, to whose queues LocalStack would send
    what is meant for a bucket of that name.
    """
    return f"w{uuid.uuid4().hex[:12]}"
