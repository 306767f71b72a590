"""The ways to load the same customers. Each gives records per second."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg
from msgspec.structs import asdict
from psycopg import sql

from benchmarks.server import Server
from data_pipeline.canonical.entities import Customer
from data_pipeline.sources.crm import SOURCE
from local.setup_steps import BENCH_VENV, ROOT
from local.state import DATABASE

_PYTHON: Final = BENCH_VENV / "bin" / "python"
_TABLE: Final = sql.Identifier("canonical", "bench_customers")


@dataclass(frozen=True)
class Load:
    """When a handler began and ended, in seconds, and the most memory that it held, in MiB."""

    began: float
    ended: float
    memory: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


class Handler:
    """The real handler, a process for each object."""

    def __init__(self, endpoint: str) -> None:
        self._variables = os.environ | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "DATABASE_SECRET_ID": "benchmark",
            "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:benchmark",
            "POWERTOOLS_SERVICE_NAME": "benchmark",
            "POWERTOOLS_METRICS_NAMESPACE": "Benchmark",
        }

    def load(self, *keys: str) -> list[Load]:
        """Loads objects, all at once.

        Raises:
            RuntimeError: a handler failed.
        """
        processes = [self._start(key) for key in keys]
        return [_result(process) for process in processes]

    def _start(self, key: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.handler_process", key, f"version-of-{key}"],
            cwd=ROOT,
            env=self._variables,
            stdout=subprocess.PIPE,
            text=True,
        )


def _result(process: subprocess.Popen[str]) -> Load:
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the handler failed:\n{output}")
    return Load(**json.loads(output.splitlines()[-1]))


def export_rows(server: Server) -> int:
    """Writes the rows that were loaded as CSV, where the server can read them; their number."""
    with psycopg.connect(server.conninfo(name=DATABASE), autocommit=True) as connection:
        command = sql.SQL(
            "COPY (SELECT {} FROM canonical.customers ORDER BY id) TO {} (FORMAT CSV)"
        )
        path = sql.Literal(str(server.data / "rows.csv"))
        return connection.execute(command.format(_columns(connection), path)).rowcount


def limit(server: Server) -> float:
    """The server copies the rows from a file of its own, with the same indexes and checks."""
    with psycopg.connect(server.conninfo(name=DATABASE), autocommit=True) as connection:
        _make_table(connection)
        command = sql.SQL("COPY {} ({}) FROM {} (FORMAT CSV)")
        path = sql.Literal(str(server.data / "rows.csv"))
        server.checkpoint()
        began = time.monotonic()
        rows = connection.execute(command.format(_TABLE, _columns(connection), path)).rowcount
        return rows / (time.monotonic() - began)


def insert_rows(server: Server, file: Path, records: int) -> float:
    """One INSERT a row, of the same mapped records, all in one transaction."""
    with psycopg.connect(server.conninfo(name=DATABASE)) as connection:
        _make_table(connection)
        connection.commit()
        server.checkpoint()
        read = SOURCE.reader(as_of=datetime.now(UTC))
        began = time.monotonic()
        with file.open("rb") as text, connection.transaction():
            for line in islice(text, records):
                for entity in read(line, None):
                    if isinstance(entity, Customer):
                        _insert(connection, entity)
        return records / (time.monotonic() - began)


def dlt(server: Server, file: Path, records: int) -> float:
    """Dlt's merge of the same file, in its fastest configuration."""
    script = Path(__file__).with_name("dlt_merge.py")
    done = subprocess.run(
        [str(_PYTHON), str(script), str(file), str(records), server.conninfo(name=DATABASE)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return records / float(done.stdout.splitlines()[-1])


def _make_table(connection: psycopg.Connection[Any]) -> None:
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_TABLE))
    command = sql.SQL("CREATE TABLE {} (LIKE canonical.customers INCLUDING ALL)")
    connection.execute(command.format(_TABLE))


def _insert(connection: psycopg.Connection[Any], customer: Customer) -> None:
    values = asdict(customer) | {
        "source_system": "crm",
        "file_id": 1,
        "object_modified_at": customer.source_updated_at,
        "object_version_id": "1",
    }
    command = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        _TABLE, _names(list(values)), sql.SQL(", ").join(map(sql.Placeholder, values))
    )
    connection.execute(command, values)


def _columns(connection: psycopg.Connection[Any]) -> sql.Composed:
    """All that can be written: neither the row's number nor what is computed."""
    query = """
        SELECT attname FROM pg_attribute
        WHERE attrelid = 'canonical.customers'::regclass AND attnum > 0
            AND attidentity = '' AND attgenerated = '' AND NOT attisdropped
        ORDER BY attnum
    """
    return _names([name for (name,) in connection.execute(query)])


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
