"""Merges what is staged into the canonical tables: newer records win, older ones change nothing."""

from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from msgspec import Struct

from data_pipeline.canonical.tables import TABLES, Table
from data_pipeline.ingestion.copying import REFUSALS, copy
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


class Staged(Struct, frozen=True):
    """Rows of a load that one table has now, in the order of their records in the file.

    `last_position` is that of the last record, whose rows are all among them or before them.
    """

    rows: int
    deletions: int
    last_position: int


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


def enter_source(connection: psycopg.Connection[Any], source: str) -> None:
    """Enters a source of which nothing was loaded before, if nobody did.

    In a transaction of its own: other loads of the source would wait for the end of this one.
    """
    connection.execute(statement("enter_source"), {"source": source})


class Merge:
    """Merges the staged rows of a load. Those that are not stale stay staged until `clear`.

    Many rows are merged as soon as they are staged, while the file is still read, as if no key came
    twice in it. As long as all their keys are new, further rows are not staged at all. Two such
    loads of the same keys may each wait for the other.

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
            merge.run(may_copy=True)

    def new_keys_since(self, table: Table) -> datetime | None:
        """When the last keys of a table were found to be all new; None if they were not.

        To be asked by any thread: `copy_new` asks again.
        """
        return self._tables[table].new_keys_since

    def copy_new(self, table: Table, lines: bytes, rows: int) -> bool:
        """Copies rows straight into their table; False if they have to be staged instead."""
        return self._tables[table].copy_new(lines, rows)

    def copied_after(self) -> dict[str, int | None]:
        """By the name of each table, the id that those of the rows copied straight into it exceed.

        None where no rows were.
        """
        return {table.name: merge.copied_after for table, merge in self._tables.items()}

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
    """The merge of one table.

    Attributes:
        waiting: the number of staged rows that are not merged yet.
        new_keys_since: as the method of `Merge`.
        copied_after: the ids of all rows that were copied straight into the table exceed it.
    """

    def __init__(self, connection: psycopg.Connection[Any], table: Table, version: Version) -> None:
        self._connection = connection
        self._table = table
        self._parameters = msgspec.structs.asdict(version) | {"in_place": table.name in _IN_PLACE}
        self._counts = Counts()
        self._deletions = self._staged_to = self._merged_to = self.waiting = 0
        self._keys_are_known = False
        self.new_keys_since: datetime | None = None
        self.copied_after: int | None = None

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

    def copy_new(self, lines: bytes, rows: int) -> bool:
        if self.new_keys_since is None:
            return False
        try:
            copy(self._connection, table_statement("copy_new", self._table), lines)
        except REFUSALS:  # a key that is known, or a record that is none: which, staging will tell
            self.new_keys_since = None
            return False
        self._counts.read += rows
        self._counts.inserted += rows
        return True

    def run(self, *, may_copy: bool = False) -> None:
        """Merges the rows that wait.

        Args:
            may_copy: what follows need not be staged if all of these are new.

        Raises:
            MustBeInOrder: one of their keys was copied already.
        """
        if self.copied_after is not None and self._value("repeats_copied"):
            raise MustBeInOrder
        stale = self._change("discard_superseded")
        rows = self.waiting - stale
        inserted = 0
        # As many as there are: none of them is new, and none is older than what is stored.
        held = self._value("hold_stored") if self._keys_are_known else 0
        if held < rows:
            inserted = self._change("insert_new")
            held = self._value("hold_stored") if inserted < rows else 0
        if inserted < rows:
            stale += self._change_stored(rows - held)
        self._keys_are_known = not inserted
        self._counts.stale += stale
        self._counts.inserted += inserted
        self._merged_to, self.waiting, self._deletions = self._staged_to, 0, 0
        if may_copy and inserted == rows:
            self._begin_copying()

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

    def _begin_copying(self) -> None:
        ((greatest_id, self.new_keys_since),) = self._execute("begin_copying").fetchall()
        if self.copied_after is None:
            self.copied_after = greatest_id

    def _change_stored(self, not_held: int) -> int:
        """Changes what is stored by those rows that are newer; the number of the others."""
        stale = self._change("discard_stale") if not_held else 0
        stale += self._change("discard_contradicted")
        if self._deletions:
            self._counts.updated += self._change("mark_deleted")
        self._counts.updated += self._change("change_stored")
        return stale

    def _change(self, name: str) -> int:
        """Runs the statement of that name; the number of rows that it changed."""
        return self._execute(name).rowcount

    def _value(self, name: str) -> int:
        """The value that the statement of that name asks for."""
        row = self._execute(name).fetchone()
        return int(row[0]) if row else 0

    def _execute(self, name: str) -> psycopg.Cursor[Any]:
        parameters = self._parameters | {
            "after": self._merged_to,
            "copied_after": self.copied_after,
        }
        return self._connection.execute(table_statement(name, self._table), parameters)
