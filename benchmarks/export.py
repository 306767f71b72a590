"""`make bench`: how fast the job runner stores a million rows, beside psql and gzip.

All in one run on one machine, each format right after `psql … | gzip -1` of the same query. Writes
docs/benchmarks-exports.md.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import ClientCursor

from benchmarks import export_report
from benchmarks.export_report import Export, Results
from benchmarks.progress import say
from benchmarks.server import Server, running
from data_pipeline.analytics.catalog import parse
from data_pipeline.jobs import runner
from data_pipeline.jobs.job import Format, Job, Status, new_job_id
from data_pipeline.jobs.store import JobStore
from local import database
from local.state import DATABASE

_READER: Final = "analytics_reader"
_TABLE: Final = "benchmark-jobs"
_BUCKET: Final = "benchmark-results"
_FILL: Final = Path(__file__).parent / "sql" / "exported_orders.sql"
_QUERY: Final = (
    "SELECT id, source_system, source_id, customer_source_id, status, ordered_at, currency, total, "
    "source_updated_at, attributes FROM orders"
)
_SMALL_QUERY: Final = "SELECT id FROM orders LIMIT 2000"
_PARAMETERS: Final = {"query": _QUERY}
_OPERATION: Final = "custom_complex_query"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One export: seconds, and the most memory of its process in MiB."""

    seconds: float
    memory: float
    bytes: int


def prepare(server: Server, rows: int) -> None:
    """Fills the database, and leads the job runner to it and to a table and a bucket."""
    server.fresh(DATABASE)
    with psycopg.connect(server.conninfo(database.OWNER, DATABASE)) as connection:
        ClientCursor(connection).execute(_FILL.read_bytes(), {"orders": rows})
    with psycopg.connect(server.conninfo(database.OWNER, DATABASE), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) canonical.orders")
    server.checkpoint()
    server.environment.client("dynamodb").create_table(
        TableName=_TABLE,
        KeySchema=[{"AttributeName": "jobId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "jobId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    server.environment.client("s3").create_bucket(Bucket=_BUCKET)
    os.environ.update(server.environment.aws_variables())
    os.environ.update(
        {
            "DATABASE_SECRET_ID": "data-pipeline/database/reader",
            "JOBS_TABLE": _TABLE,
            "RESULTS_BUCKET": _BUCKET,
        }
    )


def export(wanted: Format, rows: int) -> Run:
    """Runs a job in a process of its own, as Lambda does.

    Raises:
        RuntimeError: it did not store all rows.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        outcome, run = pool.apply(_export, (wanted,))
    if outcome.get("rowCount") != rows or outcome.get("kind") != "stored":
        raise RuntimeError(f"{wanted}: {outcome}")
    return run


def _export(wanted: Format) -> tuple[dict[str, Any], Run]:
    _handle(wanted, _SMALL_QUERY)
    began = time.perf_counter()
    outcome = _handle(wanted, _QUERY)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return outcome, Run(seconds=seconds, memory=memory, bytes=outcome["bytes"])


def _handle(wanted: Format, query: str) -> dict[str, Any]:
    job = _job(wanted)
    JobStore(table=_TABLE).add(job)
    event = {
        "jobId": job.job_id,
        "operation": _OPERATION,
        "parameters": {"query": query},
        "format": str(wanted),
    }
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        outcome: Any = runner.handle(event, None)
    return dict(outcome)


def _job(wanted: Format) -> Job:
    return Job(
        job_id=new_job_id(),
        status=Status.RUNNING,
        operation=_OPERATION,
        parameters_json=json.dumps(_PARAMETERS),
        format=wanted,
        owner="benchmark",
        created_at="2026-01-01T00:00:00.000Z",
        expires_at=4_000_000_000,
        expires_at_iso="2096-10-02T07:06:40.000Z",
        request_hash="",
    )


def peer(server: Server) -> float:
    """Seconds of `psql` and `gzip -1` for the same statement; of psycopg's COPY without a psql."""
    conninfo = server.conninfo(_READER, DATABASE)
    statement = parse(_OPERATION, _PARAMETERS).statement()
    with psycopg.connect(conninfo) as connection:
        values = {**statement.values, "row_limit": None}
        query = ClientCursor(connection).mogrify(statement.sql.encode(), values)
        copy = f"COPY ({query}\n) TO STDOUT (FORMAT csv)"
        began = time.perf_counter()
        with Path(os.devnull).open("wb") as nowhere:
            if shutil.which("psql"):
                _psql(conninfo, copy, nowhere.fileno())
            else:
                _psycopg(connection, copy, nowhere.fileno())
        return time.perf_counter() - began


def _psql(conninfo: str, copy: str, output: int) -> None:
    command = ["psql", "--no-psqlrc", "--quiet", conninfo, "--command", copy]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as psql:
        subprocess.run(["gzip", "-1"], stdin=psql.stdout, stdout=output, check=True)
    if psql.returncode:
        raise RuntimeError(f"psql ended with {psql.returncode}")


def _psycopg(connection: psycopg.Connection, copy: str, output: int) -> None:
    with subprocess.Popen(["gzip", "-1"], stdin=subprocess.PIPE, stdout=output) as gzip:
        if gzip.stdin is None:
            raise RuntimeError("gzip takes no input")
        with connection.cursor().copy(copy.encode()) as rows:
            for row in rows:
                gzip.stdin.write(row)
        gzip.stdin.close()


def measure(server: Server, rows: int, runs: int) -> Results:
    """Each format in turn, right after the peer, so that both meet the same machine."""
    prepare(server, rows)
    peer(server)
    exports = []
    for wanted in Format:
        found, peers = [], []
        for _ in range(runs):
            peers.append(peer(server))
            found.append(export(wanted, rows))
            say(f"{wanted} {found[-1].seconds:.2f} s, peer {peers[-1]:.2f} s")
        ratios = [one / run.seconds for one, run in zip(peers, found, strict=True)]
        exports.append(
            Export(
                format=wanted,
                seconds=statistics.median(run.seconds for run in found),
                peer_seconds=statistics.median(peers),
                ratio=statistics.median(ratios),
                memory=max(run.memory for run in found),
                bytes=found[-1].bytes,
            )
        )
    return Results(rows=rows, runs=runs, has_psql=bool(shutil.which("psql")), exports=exports)


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="(%(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of each measurement (%(default)s)")
    arguments = parser.parse_args()
    with running("bench-export", with_aws=True) as server:
        results = measure(server, arguments.rows, arguments.runs)
    export_report.write(results)


if __name__ == "__main__":
    main()
