"""Copies entities to the staging tables, a batch at a time."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

import psycopg
from msgspec import Struct

from data_pipeline.canonical.entities import Entity
from data_pipeline.canonical.tables import TABLE_OF, TABLES, Table
from data_pipeline.ingestion.background import Background
from data_pipeline.ingestion.copy_lines import copy_lines
from data_pipeline.ingestion.records import RawRecord
from data_pipeline.ingestion.statements import table_statement

# Large enough that a round trip does not count, small enough that some batches fit in memory.
_BATCH_ROWS: Final = 5_000
_BATCH_BYTES: Final = 4 * 1024 * 1024

# What PostgreSQL says of data that it can't hold. The same data will never fare better.
REFUSALS: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
)


class Refused(NamedTuple):
    """A record that PostgreSQL does not take, whatever its source allows."""

    record: RawRecord
    table: Table
    error: psycopg.Error


class Staged(Struct, frozen=True):
    """Rows of a load that one table has now, in the order of their records in the file.

    `last_position` is that of the last record, whose rows are all among them or before them.
    """

    rows: int
    deletions: int
    last_position: int


class _Batch(NamedTuple):
    entities: list[Entity]
    records: list[RawRecord]

    def halves(self) -> tuple["_Batch", "_Batch"]:
        middle = len(self.entities) // 2
        return (
            _Batch(self.entities[:middle], self.records[:middle]),
            _Batch(self.entities[middle:], self.records[middle:]),
        )


class Staging:
    """The staging tables of one load.

    Args:
        connection: in a transaction.
        load_id: sets the rows apart from those of other loads.
        background: does the copying.
        on_staged: told there of each batch that was copied.

    Attributes:
        refused: what PostgreSQL refused, to be taken from the left.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        load_id: int,
        background: Background,
        on_staged: Callable[[Table, Staged], None],
    ) -> None:
        self._connection = connection
        self._load_id = load_id
        self._background = background
        self._on_staged = on_staged
        self.refused = deque[Refused]()
        self._waiting = _nothing()
        self._rows = self._bytes = self._last_position = 0
        self._is_full = False

    def add(self, entity: Entity, record: RawRecord) -> None:
        """Takes an entity; those of earlier records are handed over if they are enough."""
        if self._is_full and record.position > self._last_position:
            self.flush()
        entities, records = self._waiting[type(entity)]
        entities.append(entity)
        records.append(record)
        self._rows += 1
        self._bytes += len(record.raw)
        self._is_full = self._rows >= _BATCH_ROWS or self._bytes >= _BATCH_BYTES
        self._last_position = record.position

    def flush(self) -> None:
        """Hands the entities that wait over to be copied."""
        for kind, batch in self._waiting.items():
            if batch.entities:
                table = TABLE_OF[kind]
                lines = self._lines(table, batch)
                self._background.run(partial(self._copy, table, batch, lines))
        self._waiting = _nothing()
        self._rows = self._bytes = 0
        self._is_full = False

    def _lines(self, table: Table, batch: _Batch) -> bytes:
        positions = (record.position for record in batch.records)
        return copy_lines(table, self._load_id, batch.entities, positions)

    def _copy(self, table: Table, batch: _Batch, lines: bytes) -> None:
        """Copies a batch; of what PostgreSQL refuses, halving finds which records it is."""
        try:
            with self._connection.transaction():
                self._copy_all(table, lines)
        except REFUSALS as error:
            if len(batch.records) == 1:
                self.refused.append(Refused(batch.records[0], table, error))
                return
            for half in batch.halves():
                self._copy(table, half, self._lines(table, half))
        else:
            deletions = sum(entity.deleted_at is not None for entity in batch.entities)
            last_position = batch.records[-1].position
            self._on_staged(table, Staged(len(batch.entities), deletions, last_position))

    def _copy_all(self, table: Table, lines: bytes) -> None:
        command = table_statement("copy_to_staging", table)
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.write(lines)


def _nothing() -> dict[type[Entity], _Batch]:
    return {table.entity: _Batch([], []) for table in TABLES}
