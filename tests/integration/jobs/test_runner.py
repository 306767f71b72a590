import csv
import gzip
import io
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from data_pipeline.aws.database import TransientDatabaseError
from data_pipeline.jobs import run, runner, watch
from data_pipeline.jobs.job import Job, Status
from data_pipeline.jobs.run import JobCancelled, QueryTimeout
from data_pipeline.jobs.runner import InvalidQuery
from data_pipeline.jobs.store import JobStore
from data_pipeline.jobs.upload import GzipUpload
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import backends
from tests.integration.jobs.conftest import make_job

pytestmark = pytest.mark.usefixtures("job_runner")
CUSTOMERS = 12_000


@pytest.fixture
def job(store: JobStore, database_url: sales.Conninfos) -> Job:
    sales.load(database_url.owner)
    job = make_job()
    store.add(job)
    return job


@pytest.fixture
def loaded_bucket(results_bucket: str, database_url: sales.Conninfos) -> str:
    """The bucket for results, with enough customers in the database for a large one."""
    sales.load_customers(database_url.owner, CUSTOMERS)
    return results_bucket


def _run(job: Job, **more: object) -> Any:
    event = {
        "jobId": job.job_id,
        "operation": "customer_analysis",
        "parameters": {"as_of": sales.AS_OF},
        "format": "json",
    }
    return runner.handle(event | more, None)


def _object(environment: Environment, bucket: str, key: str) -> bytes:
    body = environment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return gzip.decompress(body)


def _keys(environment: Environment, bucket: str) -> list[str]:
    found = environment.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return [item["Key"] for item in found]


def _uploads(environment: Environment, bucket: str) -> list[Any]:
    answer = environment.client("s3").list_multipart_uploads(Bucket=bucket)
    return list(answer.get("Uploads", []))


def test_small_result_is_given_back(job: Job) -> None:
    outcome = _run(job)
    assert outcome["kind"] == "inline"
    assert outcome["rowCount"] == 4
    result = json.loads(outcome["resultJson"])
    assert [row["name"] for row in result["rows"]] == ["Delta", "Cargo", "Acme", "Bolt"]
    assert result["datasetVersion"] == 1
    assert result["truncated"] is False
    assert outcome["bytes"] == len(json.dumps(result["rows"], separators=(",", ":")))


def test_thousand_rows_too_long_for_the_workflow_are_stored(
    job: Job, database_url: sales.Conninfos
) -> None:
    sales.load_customers(database_url.owner, 996)
    outcome = _run(job)
    assert (outcome["kind"], outcome["rowCount"]) == ("stored", 1000)


def test_large_result_is_stored_as_lines_of_json(
    environment: Environment, job: Job, results_bucket: str, database_url: sales.Conninfos
) -> None:
    sales.load_customers(database_url.owner, CUSTOMERS)
    outcome = _run(job)
    assert outcome["kind"] == "stored"
    assert outcome["rowCount"] == CUSTOMERS + 4
    assert outcome["resultKey"] == f"jobs/7/{job.job_id}/result.ndjson.gz"
    rows = [
        json.loads(line)
        for line in _object(environment, results_bucket, outcome["resultKey"]).splitlines()
    ]
    assert len(rows) == CUSTOMERS + 4
    assert len({row["customer_id"] for row in rows}) == CUSTOMERS + 4
    acme = next(row for row in rows if row["name"] == "Acme")
    assert acme["lifetime_value"] == "400.00"
    head = environment.client("s3").head_object(Bucket=results_bucket, Key=outcome["resultKey"])
    assert head["ContentLength"] == outcome["bytes"]
    assert head["ContentType"] == "application/gzip"


def test_large_result_is_stored_as_csv(
    environment: Environment, job: Job, results_bucket: str, database_url: sales.Conninfos
) -> None:
    sales.load_customers(database_url.owner, CUSTOMERS)
    outcome = _run(job, format="csv")
    assert outcome["resultKey"].endswith("/result.csv.gz")
    text = _object(environment, results_bucket, outcome["resultKey"]).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == outcome["rowCount"] == CUSTOMERS + 4
    acme = next(row for row in rows if row["name"] == "Acme")
    assert (acme["lifetime_value"], acme["source_systems"]) == ("400.00", '["crm","erp"]')


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"operation": "nope"}, "/problems/unknown-operation"),
        ({"parameters": {"metric": "worth"}}, "/problems/invalid-parameters"),
    ],
)
def test_users_error_is_a_problem_that_is_not_tried_again(
    job: Job, more: dict[str, object], kind: str
) -> None:
    with pytest.raises(InvalidQuery) as caught:
        _run(job, **more)
    problem = json.loads(str(caught.value))
    assert problem["type"] == kind
    assert problem["instance"] == f"/analytics/jobs/{job.job_id}"


def test_lost_connection_is_transient(
    services: Environment,
    job: Job,
    database_url: sales.Conninfos,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "_TIMEOUT_SECONDS", 20.0)
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")
        killer = threading.Thread(target=_terminate, args=(services, job.job_id))
        killer.start()
        with pytest.raises(TransientDatabaseError):
            _run(job)
        killer.join()


def _terminate(environment: Environment, job_id: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for pid in backends(environment, f"job-runner/{job_id}"):
            with psycopg.connect(environment.admin_conninfo()) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
            return
        time.sleep(0.02)


def test_query_that_takes_too_long_is_stopped(
    job: Job, database_url: sales.Conninfos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_TIMEOUT_SECONDS", 0.2)
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(QueryTimeout):
            _run(job)


def test_cancelled_job_stops_its_query_at_the_server(
    services: Environment, job: Job, store: JobStore, database_url: sales.Conninfos
) -> None:
    timer = threading.Timer(
        0.5,
        lambda: store.end(job.job_id, Status.CANCELLED),
    )
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")
        timer.start()
        with pytest.raises(JobCancelled):
            _run(job)
        assert backends(services, f"job-runner/{job.job_id}") == []
    timer.join()


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Makes an export slow, does something in each of its batches, and watches it closely."""

    def slowly(during_a_batch: Callable[[], object]) -> None:
        write = GzipUpload.write

        def write_slowly(upload: GzipUpload, data: bytes) -> None:
            during_a_batch()
            time.sleep(0.2)
            write(upload, data)

        monkeypatch.setattr(watch, "_SECONDS_BETWEEN_LOOKS", 0.02)
        monkeypatch.setattr(GzipUpload, "write", write_slowly)

    return slowly


def test_job_cancelled_during_its_export_leaves_nothing_in_the_bucket(
    services: Environment, job: Job, store: JobStore, loaded_bucket: str, slowly: Any
) -> None:
    slowly(lambda: store.end(job.job_id, Status.CANCELLED))
    with pytest.raises(JobCancelled):
        _run(job)
    assert _keys(services, loaded_bucket) == []
    assert _uploads(services, loaded_bucket) == []


def test_bucket_that_refuses_leaves_no_upload_behind(
    job: Job, database_url: sales.Conninfos, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales.load_customers(database_url.owner, CUSTOMERS)
    monkeypatch.setenv("RESULTS_BUCKET", "no-such-bucket-anywhere")
    runner._runner.cache_clear()
    with pytest.raises(ClientError, match="NoSuchBucket"):
        _run(job)


def test_progress_shows_while_the_job_runs(
    job: Job, store: JobStore, loaded_bucket: str, slowly: Any
) -> None:
    assert loaded_bucket
    slowly(lambda: None)
    _run(job)
    kept = store.get(job.job_id)
    assert kept is not None
    assert 0 < (kept.progress_rows or 0) <= CUSTOMERS + 4


def _custom(job: Job, query: str) -> Any:
    return _run(job, operation="custom_complex_query", parameters={"query": query})


def test_thousand_rows_are_given_back_and_one_more_is_not(job: Job) -> None:
    for rows, kind in ((0, "inline"), (1000, "inline"), (1001, "stored")):
        outcome = _custom(job, f"SELECT n FROM generate_series(1, {rows}) AS n")
        assert (outcome["kind"], outcome["rowCount"]) == (kind, rows)


def test_result_is_given_back_as_long_as_it_fits_between_two_states(job: Job) -> None:
    def escaped_length(outcome: Any) -> int:
        return len(json.dumps(outcome["resultJson"], ensure_ascii=False).encode())

    query = "SELECT string_agg('\"', '') AS quotes FROM generate_series(1, {})"
    most = run.MOST_INLINE_BYTES
    around = escaped_length(_custom(job, query.format(1))) - 4
    # A quote is escaped in the result, and both signs again in the workflow's state.
    fitting = (most - around) // 4 - 10
    outcome = _custom(job, query.format(fitting))
    assert outcome["kind"] == "inline"
    assert most - 100 < escaped_length(outcome) <= most
    assert _custom(job, query.format(fitting + 20))["kind"] == "stored"


# The test's process has threads, none of which its copy needs.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_attempt_after_one_that_was_killed_leaves_one_result(
    services: Environment, job: Job, loaded_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = GzipUpload.write
    writes = count(1)

    def write_and_die(upload: GzipUpload, data: bytes) -> None:
        write(upload, data)
        if next(writes) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(GzipUpload, "write", write_and_die)
        process = multiprocessing.get_context("fork").Process(target=_run, args=(job,))
        process.start()
        process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(_uploads(services, loaded_bucket)) == 1
    outcome = _run(job)
    assert _keys(services, loaded_bucket) == [outcome["resultKey"]]
    assert _uploads(services, loaded_bucket) == []
