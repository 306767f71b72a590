import dataclasses
from typing import Any

import pytest

from data_pipeline.analytics import catalog
from data_pipeline.analytics.catalog import OPERATIONS
from data_pipeline.jobs import runner
from data_pipeline.jobs.run import QueryTimeout
from data_pipeline.jobs.store import JobStore
from tests.integration.jobs.conftest import make_job

pytestmark = pytest.mark.usefixtures("job_runner")
NAME = "custom_complex_query"
ENDLESS = (
    "WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers) "
    "SELECT count(*) AS counted FROM numbers"
)


def _run(store: JobStore, query: str) -> Any:
    job = make_job(operation=NAME)
    store.add(job)
    event = {
        "jobId": job.job_id,
        "operation": NAME,
        "parameters": {"query": query},
        "format": "json",
    }
    return runner.handle(event, None)


def test_users_own_sql_has_less_time_than_tuned_statements() -> None:
    times = {operation.most_job_seconds for operation in OPERATIONS.values()}
    assert OPERATIONS[NAME].most_job_seconds == min(times) < max(times)


def test_endless_query_is_stopped_after_the_time_of_its_operation(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = dataclasses.replace(OPERATIONS[NAME], most_job_seconds=0.3)
    with monkeypatch.context() as patch:
        patch.setattr(catalog, "OPERATIONS", {**OPERATIONS, NAME: hasty})
        with pytest.raises(QueryTimeout, match=r"more than 0\.3 seconds"):
            _run(store, ENDLESS)
    assert _run(store, "SELECT 1 AS one")["rowCount"] == 1
