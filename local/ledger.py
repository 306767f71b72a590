"""Reads from the local database what was loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from local.setup_steps import ROOT
from local.state import Environment

_SQL = ROOT / "local" / "sql"


@dataclass(frozen=True, kw_only=True)
class RowCount:
    """The live rows that a canonical table has from one source system; none for an empty table."""

    entity: str
    source_system: str | None
    row_count: int


@dataclass(frozen=True, kw_only=True)
class IngestedFile:
    """What became of a file."""

    received_at: datetime
    key: str
    status: str
    records_read: int
    records_inserted: int
    records_updated: int
    records_unchanged: int
    records_stale: int
    records_quarantined: int
    error: str | None


@dataclass(frozen=True, kw_only=True)
class ObjectVersion:
    """What became of one version of an object."""

    version_id: str
    status: str
    error: str | None
    records_read: int
    records_quarantined: int


def row_counts(environment: Environment) -> list[RowCount]:
    """How many live rows each canonical table has from each source system."""
    return _query(environment, "row_counts", RowCount)


def latest_files(environment: Environment, limit: int) -> list[IngestedFile]:
    """The files that arrived last, newest first."""
    return _query(environment, "latest_files", IngestedFile, limit=limit)


def files_by_version(
    environment: Environment, bucket: str, versions: Sequence[str]
) -> list[ObjectVersion]:
    """What became of certain objects' versions; nothing for those that are not seen yet."""
    return _query(
        environment, "files_by_version", ObjectVersion, bucket=bucket, versions=list(versions)
    )


def _query[Row](
    environment: Environment, name: str, row: type[Row], **parameters: Any
) -> list[Row]:
    statement = (_SQL / f"{name}.sql").read_bytes()
    with (
        psycopg.connect(environment.admin_conninfo()) as connection,
        connection.cursor(row_factory=class_row(row)) as cursor,
    ):
        return cursor.execute(statement, parameters).fetchall()
