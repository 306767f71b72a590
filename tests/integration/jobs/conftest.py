from collections.abc import Iterator

import pytest

from data_pipeline.jobs import runner
from data_pipeline.jobs.job import Job, Status, listed_attributes, new_job_id
from data_pipeline.jobs.store import OWNER_INDEX, JobStore
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import (
    bucket,
    database_secret,
    forget,
    reach,
    table,
)
from tests.integration.messages import Messages, subscribed


@pytest.fixture
def services(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    """The environment, to which the functions' code is led."""
    reach(environment, monkeypatch)
    yield environment
    forget()


@pytest.fixture
def store(services: Environment) -> Iterator[JobStore]:
    """The test's own jobs table."""
    index = {
        "IndexName": OWNER_INDEX,
        "KeySchema": [
            {"AttributeName": "owner", "KeyType": "HASH"},
            {"AttributeName": "createdAt", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": listed_attributes()},
    }
    attributes = [
        {"AttributeName": "owner", "AttributeType": "S"},
        {"AttributeName": "createdAt", "AttributeType": "S"},
    ]
    with table(
        services, "jobId", AttributeDefinitions=attributes, GlobalSecondaryIndexes=[index]
    ) as name:
        yield JobStore(table=name)


@pytest.fixture
def messages(services: Environment) -> Iterator[Messages]:
    """The test's own topic, and what its subscribers get."""
    with subscribed(services) as found:
        yield found


@pytest.fixture
def results_bucket(services: Environment) -> Iterator[str]:
    """The test's own bucket for results."""
    with bucket(services) as name:
        yield name


@pytest.fixture
def job_runner(
    environment: Environment,
    database_url: sales.Conninfos,
    store: JobStore,
    results_bucket: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """Lets the job runner's handler read the test's database and write to its table and bucket."""
    with database_secret(environment, database_url.reader) as secret_id:
        monkeypatch.setenv("DATABASE_SECRET_ID", secret_id)
        monkeypatch.setenv("JOBS_TABLE", store.table)
        monkeypatch.setenv("RESULTS_BUCKET", results_bucket)
        runner._runner.cache_clear()
        yield
    runner._runner.cache_clear()


def make_job(**values: object) -> Job:
    """A job as the workflow finds it."""
    made: dict[str, object] = {
        "job_id": new_job_id(),
        "status": Status.RUNNING,
        "operation": "customer_analysis",
        "parameters_json": "{}",
        "format": "json",
        "owner": "key-1",
        "created_at": "2026-01-02T03:04:05.678Z",
        "expires_at": 4_000_000_000,
        "expires_at_iso": "2096-10-02T07:06:40.000Z",
        "request_hash": "0" * 64,
    }
    return Job(**(made | values))  # type: ignore[arg-type]
