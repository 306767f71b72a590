"""A job's query is stopped although RDS Proxy passes no cancel request on."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data_pipeline.jobs import runner
from data_pipeline.jobs.job import Status
from data_pipeline.jobs.run import JobCancelled
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import backends, database_secret
from tests.integration.jobs.conftest import make_job
from tests.integration.relay import without_cancel_requests


@pytest.fixture
def relayed(
    environment: Environment,
    job_runner: None,  # noqa: ARG001 - its other settings
    database_url: sales.Conninfos,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """How the job runner reaches the database now."""
    address = conninfo_to_dict(database_url.reader)
    with without_cancel_requests(str(address["host"]), int(str(address["port"]))) as port:
        conninfo = make_conninfo(database_url.reader, port=port)
        with database_secret(environment, conninfo) as secret_id:
            monkeypatch.setenv("DATABASE_SECRET_ID", secret_id)
            runner._runner.cache_clear()
            yield conninfo


def test_cancel_request_does_not_arrive(relayed: str) -> None:
    with psycopg.connect(relayed) as connection:
        timer = threading.Timer(0.1, connection.cancel_safe)
        timer.start()
        connection.execute("SELECT pg_sleep(1)")
        timer.join()


def test_cancelled_job_stops_its_query(
    environment: Environment, relayed: str, store: JobStore, database_url: sales.Conninfos
) -> None:
    assert relayed
    job = make_job()
    store.add(job)
    event = {
        "jobId": job.job_id,
        "operation": job.operation,
        "parameters": {"as_of": sales.AS_OF},
        "format": "json",
    }
    timer = threading.Timer(0.5, lambda: store.end(job.job_id, Status.CANCELLED))
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")
        timer.start()
        with pytest.raises(JobCancelled):
            runner.handle(event, None)
        assert backends(environment, f"job-runner/{job.job_id}") == []
    timer.join()
