"""A user's own SQL as a job: all rows of it, and its mistakes as problems that nobody retries."""

import gzip
import json
from typing import Any

import pytest

from data_pipeline.jobs import runner
from data_pipeline.jobs.job import Job
from data_pipeline.jobs.runner import InvalidQuery
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration import sales
from tests.integration.jobs.conftest import make_job

pytestmark = pytest.mark.usefixtures("job_runner")


@pytest.fixture
def job(store: JobStore, database_url: sales.Conninfos) -> Job:
    sales.load(database_url.owner)
    job = make_job()
    store.add(job)
    return job


def _run(job: Job, query: str, **parameters: Any) -> Any:
    event = {
        "jobId": job.job_id,
        "operation": "custom_complex_query",
        "parameters": {"query": query, **parameters},
        "format": "json",
    }
    return runner.handle(event, None)


def test_job_gives_all_rows(environment: Environment, job: Job, results_bucket: str) -> None:
    outcome = _run(job, "SELECT n FROM generate_series(1, :most) AS n", parameters={"most": 5_000})
    key = outcome["resultKey"]
    body = environment.client("s3").get_object(Bucket=results_bucket, Key=key)["Body"].read()
    rows = [json.loads(line)["n"] for line in gzip.decompress(body).splitlines()]
    assert rows == list(range(1, 5_001))


def test_job_gives_no_more_rows_than_wanted(job: Job) -> None:
    outcome = _run(job, "SELECT n FROM generate_series(1, 5000) AS n", max_rows=7)
    assert outcome["rowCount"] == 7


@pytest.mark.parametrize(
    ("query", "kind", "state"),
    [
        ("SELECT 1 AS one,\n2 AS two FROM custmers", "invalid-query", "42P01"),
        ("SELECT 1 / (n - 3000) AS n FROM generate_series(1, 5000) AS n", "invalid-query", "22012"),
        ("SELECT 1 AS a, 2 AS a", "invalid-query", "42701"),
        ("SELECT pg_sleep(1)", "query-not-allowed", "42501"),
    ],
)
def test_mistake_ends_the_job_with_the_problem(job: Job, query: str, kind: str, state: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        _run(job, query)
    problem = json.loads(str(raised.value))
    assert problem["type"] == f"/problems/{kind}"
    assert problem["sqlState"] == state


def test_place_of_a_mistake_is_that_in_the_users_text(job: Job) -> None:
    with pytest.raises(InvalidQuery) as raised:
        _run(job, "SELECT 1 AS one,\n  :n AS two FROM custmers", parameters={"n": 1})
    problem = json.loads(str(raised.value))
    assert (problem["line"], problem["column"]) == (2, 18)
