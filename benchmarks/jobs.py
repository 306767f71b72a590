"""`make bench`: what the workflow of a job costs, in a local environment of its own.

Writes docs/benchmarks-jobs.md.
"""

import argparse
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import requests

from benchmarks.report import machine
from local import api_access, lifecycle, runtime
from local.progress import Progress
from local.setup_steps import ROOT
from local.state import Environment

_ENVIRONMENT: Final = "bench-jobs"
_PAGE: Final = ROOT / "docs" / "benchmarks-jobs.md"
_NOTHING: Final = {"operation": "simple_demo", "parameters": {}}
_FINAL: Final = {"SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"}
_PATIENCE_SECONDS: Final = 600.0
_PAUSE_SECONDS: Final = 0.02
_ATTEMPTS: Final = 10
_IN_QUERY: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"


@dataclass(frozen=True, kw_only=True)
class Results:
    """Seconds. `overheads` and `cancels` are of single jobs, `together` of all `jobs` at once.

    `refused` counts requests that had to be sent again, since the answer was to wait or none.
    """

    overheads: list[float]
    cancels: list[float]
    jobs: int
    together: float
    succeeded: int
    refused: int


class Client:
    """The API, as a client uses it; sessions are not shared between threads."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"x-api-key": key}
        self.refused = 0

    def submit(self) -> str:
        """Submits a job of a query that takes no time, and gives its id.

        Sends the request again, which is still the same job, when the answer is to wait.
        """
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._submit_once(headers)
            except requests.RequestException:
                self.refused += 1
                time.sleep(1)
        return self._submit_once(headers)

    def ended(self, job_id: str) -> str:
        """The job's final status, waited for."""
        found = ""

        def is_final() -> bool:
            nonlocal found
            found = self._call("GET", f"/analytics/jobs/{job_id}")["status"]
            return found in _FINAL

        _wait(is_final)
        return found

    def cancel(self, job_id: str) -> None:
        """Cancels the job."""
        self._call("DELETE", f"/analytics/jobs/{job_id}")

    def _submit_once(self, headers: dict[str, str]) -> str:
        return str(self._call("POST", "/analytics/jobs", headers, json=_NOTHING)["jobId"])

    def _call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method,
                f"{self._url}{path}",
                headers=self._headers | (headers or {}),
                timeout=60,
                **more,
            )
        answer.raise_for_status()
        return answer.json()


def measure(environment: Environment, runs: int, jobs: int) -> Results:
    """Runs jobs of a query that takes no time: one after another, cancelled, and all at once."""
    access = api_access.access(environment)
    client = Client(access.api_url, access.api_key)
    _overhead(client)  # the first finds no warm function
    overheads = [_overhead(client) for _ in range(runs)]
    cancels = [_cancel(environment, client) for _ in range(max(1, runs // 4))]
    clients = [Client(access.api_url, access.api_key) for _ in range(jobs)]
    start = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        job_ids = list(pool.map(Client.submit, clients))
    statuses = [client.ended(job_id) for job_id in job_ids]
    return Results(
        overheads=overheads,
        cancels=cancels,
        jobs=jobs,
        together=time.perf_counter() - start,
        succeeded=statuses.count("SUCCEEDED"),
        refused=sum(one.refused for one in clients),
    )


@contextmanager
def _running() -> Iterator[Environment]:
    """The environment, brought up as `make up` does, and removed with all its data."""
    progress = Progress()
    lifecycle.remove(_ENVIRONMENT, progress)
    try:
        choice = runtime.choose(os.environ, _ENVIRONMENT)
        yield lifecycle.bring_up(_ENVIRONMENT, progress, choice)
    finally:
        lifecycle.remove(_ENVIRONMENT, progress)


def _overhead(client: Client) -> float:
    start = time.perf_counter()
    if client.ended(client.submit()) != "SUCCEEDED":
        raise RuntimeError("A job did not succeed; `make logs` says why.")
    return time.perf_counter() - start


def _cancel(environment: Environment, client: Client) -> float:
    """From the request to cancel until the server runs the query no longer."""
    with (
        psycopg.connect(environment.admin_conninfo()) as locker,
        psycopg.connect(environment.admin_conninfo(), autocommit=True) as looker,
    ):
        locker.execute("LOCK TABLE canonical.relationships IN ACCESS EXCLUSIVE MODE")
        job_id = client.submit()

        def is_running() -> bool:
            row = looker.execute(_IN_QUERY, (f"job-runner/{job_id}",)).fetchone()
            return row is not None and row[0] > 0

        _wait(is_running)
        start = time.perf_counter()
        client.cancel(job_id)
        _wait(lambda: not is_running())
        return time.perf_counter() - start


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"It did not come about in {_PATIENCE_SECONDS:g} s.")
        time.sleep(_PAUSE_SECONDS)


def table(results: Results) -> str:
    """The figures as Markdown."""
    rows = (
        (
            "Submitted to SUCCEEDED, a query of no time, median",
            f"{statistics.median(results.overheads):.2f} s",
            "< 1.5 s",
        ),
        ("The slowest of them", f"{max(results.overheads):.2f} s", ""),
        (
            "Cancelled until its query is gone from the server, slowest",
            f"{max(results.cancels):.2f} s",
            "< 2 s",
        ),
        (
            f"{results.jobs} jobs at once, a client each, until the last has ended",
            f"{results.together:.1f} s",
            "",
        ),
        ("… of which succeeded", f"{results.succeeded}", f"{results.jobs}"),
        ("… requests sent again, since the answer was to wait", f"{results.refused}", ""),
    )
    head = "| | | goal |\n|---|--:|--:|"
    return "\n".join([head, *(f"| {' | '.join(row)} |" for row in rows)])


def _page(results: Results) -> str:
    return f"""# Benchmarks of jobs

`make bench` wrote this page on {datetime.now(UTC):%Y-%m-%d}: jobs through the deployed workflow in
a local environment of their own, by HTTP, their status asked for every
{_PAUSE_SECONDS * 1000:.0f} ms.

{machine()}
* LocalStack runs the API, Step Functions, DynamoDB and SNS in one process; each function is a
  process beside it.

{table(results)}
"""


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20, help="of single jobs (%(default)s)")
    parser.add_argument("--jobs", type=int, default=50, help="at once (%(default)s)")
    arguments = parser.parse_args()
    with _running() as environment:
        results = measure(environment, arguments.runs, arguments.jobs)
    print(table(results))
    _PAGE.write_text(_page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
