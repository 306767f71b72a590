"""Copies entities to the staging tables, a batch at a time."""

from collections import deque
from functools import partial
from typing import Any, Final, NamedTuple

import psycopg

from data_pipeline.canonical.entities import Entity
from data_pipeline.canonical.tables import TABLE_OF, TABLES, Table
from data_pipeline.ingestion.background import Background
from data_pipeline.ingestion.copy_lines import new_lines, staging_lines
from data_pipeline.ingestion.copying import REFUSALS, copy
from data_pipeline.ingestion.merge import Merge, Staged, Version
from data_pipeline.ingestion.records import RawRecord
from data_pipeline.ingestion.statements import table_statement

# Large enough that a round trip does not count, small enough that some batches fit in memory.
_BATCH_ROWS: Final = 5_000
_BATCH_BYTES: Final = 4 * 1024 * 1024


class Refused(NamedTuple):
    """A record that PostgreSQL does not take, whatever its source allows."""

    record: RawRecord
    table: Table
    error: psycopg.Error


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
    """The staging tables of one load, which batches of new keys pass by.

    Args:
        connection: in a transaction.
        version: of the load.
        background: does the copying.
        merge: told there of each batch that was copied.

    Attributes:
        refused: what PostgreSQL refused, to be taken from the left.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        version: Version,
        background: Background,
        merge: Merge,
    ) -> None:
        self._connection = connection
        self._version = version
        self._background = background
        self._merge = merge
        self.refused = deque[Refused]()
        self._waiting = _nothing()
        self._rows = self._bytes = self._last_position = 0

    def add(self, entity: Entity, record: RawRecord) -> None:
        """Takes an entity; those of earlier records are handed over if they are enough."""
        if record.position > self._last_position:
            self._last_position = record.position
            if self._rows >= _BATCH_ROWS or self._bytes >= _BATCH_BYTES:
                self.flush()
        entities, records = self._waiting[type(entity)]
        entities.append(entity)
        records.append(record)
        self._rows += 1
        self._bytes += len(record.raw)

    def flush(self) -> None:
        """Hands the entities that wait over to be copied."""
        for kind, batch in self._waiting.items():
            if batch.entities:
                self._hand_over(TABLE_OF[kind], batch)
        self._waiting = _nothing()
        self._rows = self._bytes = 0

    def _hand_over(self, table: Table, batch: _Batch) -> None:
        began_at = self._merge.new_keys_since(table)
        if began_at is None:
            self._background.run(partial(self._stage, table, batch, self._lines(batch)))
            return
        lines = new_lines(self._version, began_at, batch.entities)
        self._background.run(partial(self._copy_new, table, batch, lines))

    def _lines(self, batch: _Batch) -> bytes:
        positions = (record.position for record in batch.records)
        return staging_lines(self._version.file_id, batch.entities, positions)

    def _copy_new(self, table: Table, batch: _Batch, lines: bytes) -> None:
        if not self._merge.copy_new(table, lines, len(batch.entities)):
            self._stage(table, batch, self._lines(batch))

    def _stage(self, table: Table, batch: _Batch, lines: bytes) -> None:
        """Stages a batch; of what PostgreSQL refuses, halving finds which records it is."""
        try:
            copy(self._connection, table_statement("copy_to_staging", table), lines)
        except REFUSALS as error:
            if len(batch.records) == 1:
                self.refused.append(Refused(batch.records[0], table, error))
                return
            for half in batch.halves():
                self._stage(table, half, self._lines(half))
        else:
            deletions = sum(entity.deleted_at is not None for entity in batch.entities)
            last_position = batch.records[-1].position
            self._merge.add(table, Staged(len(batch.entities), deletions, last_position))


def _nothing() -> dict[type[Entity], _Batch]:
    return {table.entity: _Batch([], []) for table in TABLES}
