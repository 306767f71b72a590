"""Read-only transactions that see one state of the data, named and limited for their work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from data_pipeline.analytics.operation import sql_file
from data_pipeline.aws.database import Connection

# RDS Proxy keeps a backend for whoever sends SET, also SET LOCAL, but not for what functions do.
_SETTINGS = sql.SQL("SELECT extensions.begin_reading({name}, {timeout}); ")
_DATASET_STATE = sql_file(__file__, "dataset_state")


@dataclass(frozen=True, kw_only=True)
class DatasetState:
    """Which state of the data a snapshot sees.

    `version` rises with every change of data; `ledger` changes with every load, also one that
    changed nothing.
    """

    version: int
    changed_at: datetime
    ledger: str


@contextmanager
def snapshot(
    connection: Connection, *, application_name: str, timeout_seconds: float
) -> Iterator[DatasetState]:
    """A transaction in which every statement sees the same data and each has its time.

    Raises:
        psycopg.Error: as the statements inside raise it.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        settings = _SETTINGS.format(
            name=sql.Literal(application_name),
            timeout=sql.Literal(max(1, round(timeout_seconds * 1000))),
        )
        yield _dataset_state(connection, settings)


def _dataset_state(connection: Connection, settings: sql.Composed) -> DatasetState:
    """Applies the settings and reads the state of the data, on one way to the server and back."""
    with connection.cursor(row_factory=psycopg.rows.class_row(DatasetState)) as cursor:
        cursor.execute(settings + sql.SQL(_DATASET_STATE))
        cursor.set_result(-1)
        state = cursor.fetchone()
    if state is None:
        raise LookupError("ingest.dataset_version has no row: run the migrator.")
    return state
