"""Merges what is staged into the canonical tables: newer records win, older ones change nothing."""

from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from msgspec import Struct

from data_pipeline.canonical.tables import TABLES, Table
from data_pipeline.ingestion.staging import Staged
from data_pipeline.ingestion.statements import statement, table_statement

# As many rows as are worth statements of their own while the rest of the file is still decoded.
_EARLY_ROWS: Final = 20_000

# Lines and their orders, and edges, are compared with each other by their places in the order.
_IN_PLACE: Final = ("orders", "order_items", "relationships")


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


class MustBeInOrder(Exception):  # noqa: N818 - says what is to be done, as callers name it
    """Rows were merged before all of the file was known, and the rest of it says that is wrong."""


class Merge:
    """Merges the staged rows of a load. Those that are not stale stay staged until `clear`.

    Many rows are merged as soon as they are staged, while the file is still read, as if no key came
    twice in it. Two such loads of the same keys may each wait for the other.

    Args:
        connection: in the transaction that stages them.
        version: of the load.
        in_order: merge nothing before all of the file is staged, and nobody of the same source
            merges early. Then the rows of a table are held in the order of their keys, so that
            loads wait for each other only one way.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], version: Version, *, in_order: bool
    ) -> None:
        self._connection = connection
        self._version = version
        self._in_order = in_order
        self._tables = {table: _TableMerge(connection, table, version) for table in TABLES}

    @property
    def has_begun(self) -> bool:
        """Whether rows were merged."""
        return any(merge.has_begun for merge in self._tables.values())

    def add(self, table: Table, staged: Staged) -> None:
        """Takes note of rows that were staged, and merges those that wait if they are enough."""
        merge = self._tables[table]
        merge.add(staged)
        if merge.waiting >= _EARLY_ROWS and self._may_begin():
            merge.run()

    def finish(self) -> dict[Table, Counts]:
        """Merges what waits, parents before children.

        Raises:
            MustBeInOrder: a key came twice, and rows were merged early.
        """
        if self._in_order:
            self._execute("enter_source")
            self._execute("take_turn")
        return {table: merge.finish() for table, merge in self._tables.items() if merge.has_rows}

    def clear(self) -> None:
        """Leaves nothing of the load staged."""
        for merge in self._tables.values():
            if merge.has_rows:
                merge.clear()

    def _may_begin(self) -> bool:
        if not self._in_order and not self.has_begun:
            self._execute("enter_source")
            self._in_order = self._execute("share_turn").fetchone() is None
        return not self._in_order

    def _execute(self, name: str) -> psycopg.Cursor[Any]:
        return self._connection.execute(statement(name), {"source": self._version.source})


class _TableMerge:
    """The merge of one table. `waiting` is the number of staged rows that are not merged yet."""

    def __init__(self, connection: psycopg.Connection[Any], table: Table, version: Version) -> None:
        self._connection = connection
        self._table = table
        self._version = msgspec.structs.asdict(version)
        self._counts = Counts()
        self._deletions = self._staged_to = self._merged_to = self.waiting = 0
        self._keys_are_new = self._keys_are_known = False

    @property
    def has_begun(self) -> bool:
        return self._merged_to > 0

    @property
    def has_rows(self) -> bool:
        return self._counts.read > 0

    def add(self, staged: Staged) -> None:
        self._counts.read += staged.rows
        self.waiting += staged.rows
        self._deletions += staged.deletions
        self._staged_to = staged.last_position

    def run(self) -> None:
        """Merges the rows that wait."""
        stale = self._change("discard_superseded")
        rows = self.waiting - stale
        inserted = 0
        # As many as there are: none of them is new, and none is older than what is stored.
        held = self._value("hold_stored") if self._keys_are_known else 0
        if held < rows:
            inserted = self._insert(rows)
            held = self._value("hold_stored") if inserted < rows else 0
        if inserted < rows:
            stale += self._change_stored(rows - held)
        self._keys_are_known = not inserted
        self._counts.stale += stale
        self._counts.inserted += inserted
        self._merged_to, self.waiting, self._deletions = self._staged_to, 0, 0

    def finish(self) -> Counts:
        counts = self._counts
        ran_before = self.has_begun
        if self.waiting:
            self.run()
        if ran_before and self._value("repeated_keys"):
            raise MustBeInOrder
        counts.unchanged = counts.read - counts.inserted - counts.updated - counts.stale
        return counts

    def clear(self) -> None:
        self._change("clear_staging")

    def _insert(self, rows: int) -> int:
        """Inserts the rows whose keys are new. If all were until now, all of them are tried."""
        if self._keys_are_new:
            try:
                with self._connection.transaction():
                    return self._change("insert_all")
            except psycopg.errors.UniqueViolation:
                self._keys_are_new = False
        inserted = self._change("insert_new")
        self._keys_are_new = inserted == rows
        return inserted

    def _change_stored(self, not_held: int) -> int:
        """Changes what is stored by those rows that are newer; the number of the others."""
        stale = self._change("discard_stale") if not_held else 0
        stale += self._change("discard_contradicted")
        self._counts.updated += self._change("update_changed")
        if self._deletions:
            self._counts.updated += self._change("mark_deleted")
        self._change("confirm_in_place" if self._table.name in _IN_PLACE else "confirm")
        return stale

    def _change(self, name: str) -> int:
        """Runs the statement of that name; the number of rows that it changed."""
        return self._execute(name).rowcount

    def _value(self, name: str) -> int:
        """The value that the statement of that name asks for."""
        row = self._execute(name).fetchone()
        return int(row[0]) if row else 0

    def _execute(self, name: str) -> psycopg.Cursor[Any]:
        parameters = self._version | {"after": self._merged_to}
        return self._connection.execute(table_statement(name, self._table), parameters)
