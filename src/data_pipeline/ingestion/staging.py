"""Copies entities to the staging tables, a batch at a time."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from msgspec import Struct
from psycopg.types.json import set_json_dumps

from data_pipeline.canonical.entities import Entity
from data_pipeline.canonical.tables import TABLE_OF, TABLES, Table
from data_pipeline.ingestion.records import RawRecord
from data_pipeline.ingestion.statements import table_statement

# Large enough that a round trip does not count, small enough that a batch of large records fits.
_BATCH_ROWS: Final = 5_000
_BATCH_BYTES: Final = 8 * 1024 * 1024

# What PostgreSQL says of data that it can't hold. The same data will never fare better.
REFUSALS: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
)

type OnRefused = Callable[[RawRecord, Table, psycopg.Error], None]


class _Row(NamedTuple):
    entity: Entity
    record: RawRecord


class Staged(Struct):
    """How many rows of a load one table has, and how many of them are deletions."""

    rows: int = 0
    deletions: int = 0


class Staging:
    """The staging tables of one load.

    Args:
        connection: in a transaction.
        load_id: sets the rows apart from those of other loads.
        on_refused: told of each record that PostgreSQL does not take, whatever its source allows.

    Attributes:
        staged: what was copied, by table.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], load_id: int, on_refused: OnRefused
    ) -> None:
        self._connection = connection
        self._load_id = load_id
        self._on_refused = on_refused
        self._waiting: dict[Table, list[_Row]] = {table: [] for table in TABLES}
        self._waiting_rows = self._waiting_bytes = 0
        self.staged = {table: Staged() for table in TABLES}
        # Attributes are JSON texts already.
        set_json_dumps(bytes, connection)

    def add(self, entity: Entity, record: RawRecord) -> None:
        """Takes an entity, and copies those that wait if they are enough."""
        self._waiting[TABLE_OF[type(entity)]].append(_Row(entity, record))
        self._waiting_rows += 1
        self._waiting_bytes += len(record.raw)
        if self._waiting_rows >= _BATCH_ROWS or self._waiting_bytes >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Copies the entities that wait."""
        for table, rows in self._waiting.items():
            if rows:
                self._copy(table, rows)
                rows.clear()
        self._waiting_rows = self._waiting_bytes = 0

    def _copy(self, table: Table, rows: list[_Row]) -> None:
        """Copies the rows; of those that PostgreSQL refuses, halving finds which they are."""
        try:
            with self._connection.transaction():
                self._copy_all(table, rows)
        except REFUSALS as error:
            if len(rows) == 1:
                self._on_refused(rows[0].record, table, error)
                return
            middle = len(rows) // 2
            self._copy(table, rows[:middle])
            self._copy(table, rows[middle:])
        else:
            staged = self.staged[table]
            staged.rows += len(rows)
            staged.deletions += sum(row.entity.deleted_at is not None for row in rows)

    def _copy_all(self, table: Table, rows: list[_Row]) -> None:
        types = ["int8", "int8", *(column.type for column in table.columns)]
        command = table_statement("copy_to_staging", table)
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.set_types(types)
            for entity, record in rows:
                values = msgspec.structs.astuple(entity)
                copy.write_row((self._load_id, record.position, *values))
