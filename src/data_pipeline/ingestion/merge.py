"""Merges what is staged into the canonical tables: newer records win, older ones change nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from msgspec import Struct

from data_pipeline.canonical.tables import Table
from data_pipeline.ingestion.staging import Staged
from data_pipeline.ingestion.statements import table_statement


class Counts(Struct):
    """What became of a file's records. Each has one outcome.

    `dropped` are no records: rows marked as deleted that their owner's newer record left out.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    quarantined: int = 0
    dropped: int = 0

    @property
    def changed(self) -> int:
        """How many rows are not what they were."""
        return self.inserted + self.updated + self.dropped

    def add(self, other: "Counts") -> None:
        """Adds the other's numbers to these."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Version(Struct, frozen=True):
    """What sets the records of a load apart from others, and where they stand among them.

    Of records that their source changed at the same time, that of the object modified last wins,
    then that of the greater version id.
    """

    file_id: int
    source: str
    modified_at: datetime
    version_id: str


def merge(
    connection: psycopg.Connection[Any], table: Table, staged: Staged, version: Version
) -> Counts:
    """Merges one entity's staged rows. Those that are not stale stay staged until `clear`.

    Args:
        connection: in the transaction that staged them.
        table: the entity's.
        staged: what the load has of it.
        version: of the load.
    """
    run = _Runner(connection, table, version)
    counts = Counts(read=staged.rows)
    counts.stale = run("discard_superseded")
    counts.inserted = run("insert_new")
    if counts.inserted + counts.stale < staged.rows:
        run("hold_stored")
        counts.stale += run("discard_stale")
        counts.updated = run("update_changed")
        counts.updated += run("mark_deleted") if staged.deletions else 0
        run("confirm_unchanged")
    counts.unchanged = staged.rows - counts.inserted - counts.updated - counts.stale
    return counts


def clear(connection: psycopg.Connection[Any], table: Table, version: Version) -> None:
    """Leaves nothing of the load in one entity's staging table."""
    _Runner(connection, table, version)("clear_staging")


class _Runner:
    def __init__(self, connection: psycopg.Connection[Any], table: Table, version: Version) -> None:
        self._connection = connection
        self._table = table
        self._parameters: Mapping[str, object] = {
            name: getattr(version, name) for name in version.__struct_fields__
        }

    def __call__(self, name: str) -> int:
        """Runs the statement of that name; the number of rows that it changed."""
        query = table_statement(name, self._table)
        return self._connection.execute(query, self._parameters).rowcount
