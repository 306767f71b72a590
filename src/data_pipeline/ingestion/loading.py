"""Brings the records of one file to the canonical tables and the quarantine."""

from collections.abc import Iterable
from typing import Any, Final

import psycopg

from data_pipeline.canonical.tables import Table
from data_pipeline.ingestion import children, identity, rollups
from data_pipeline.ingestion.background import Background
from data_pipeline.ingestion.json_text import LARGEST_VALUE_BYTES
from data_pipeline.ingestion.merge import Counts, Merge, MustBeInOrder, Version
from data_pipeline.ingestion.quarantine import Quarantine
from data_pipeline.ingestion.records import Layout, RawRecord
from data_pipeline.ingestion.staging import Staging
from data_pipeline.ingestion.unreadable import UnreadableFile
from data_pipeline.sources.records import MalformedJson
from data_pipeline.sources.source import Reader, Rejected, Source

_MANY_BAD_RECORDS: Final = 100_000


class Loading:
    """Brings records of one file to the canonical tables and the quarantine.

    Args:
        connection: in a transaction.
        source: the file's.
        layout: how the file is written.
        version: of the load.
        read: what a record of the file becomes.
        is_replay: the records were tried before.
        in_order: see `Merge`.

    Attributes:
        changed: how many rows changed, by table.
    """

    def __init__(  # noqa: PLR0913 - what to load, and how
        self,
        connection: psycopg.Connection[Any],
        source: Source,
        layout: Layout,
        version: Version,
        read: Reader,
        *,
        is_replay: bool = False,
        in_order: bool = True,
    ) -> None:
        self._connection = connection
        self._read = read
        self._source = source
        self._layout = layout
        self._version = version
        self.changed: dict[Table, int] = {}
        self._doubted: set[int] = set()
        self._background = Background()
        self._merge = Merge(connection, version, in_order=in_order)
        self._quarantine = Quarantine(
            connection, self._background, version.file_id, layout.unit, is_replay=is_replay
        )
        self._staging = Staging(connection, version, self._background, self._merge)

    def take_all(self, records: Iterable[RawRecord]) -> Counts:
        """Maps, stages and merges records.

        Raises:
            UnreadableFile: one of a document is no JSON.
            MustBeInOrder: rows were merged early, and should not have been.
        """
        with self._background:
            for record in records:
                self._take(record)
                if self._staging.refused:
                    self._take_refused()
            self._staging.flush()
            self._background.wait()
            self._take_refused()
            self._quarantine.flush()
            self._background.wait()
        if self._doubted:
            self._doubt_lines()
        counts = Counts(read=self._quarantine.count, quarantined=self._quarantine.count)
        merged = self._merge.finish()
        for table, of_table in merged.items():
            self.changed[table] = of_table.changed
            counts.add(of_table)
        counts.dropped = children.drop(
            self._connection,
            self._version,
            self._source.edges_of_customers,
            self._merge.copied_after(),
        )
        self._merge.clear()
        identity.unify(self._connection, self.changed)
        rollups.add(self._connection, self._version, merged)
        return counts

    def _take(self, record: RawRecord) -> None:
        if record.is_cut:
            limit = LARGEST_VALUE_BYTES // 1024**2
            message = f"It is longer than {limit} MiB: only its beginning is kept here"
            self._reject(record, "size", f"{message}, the whole is in the file")
            return
        try:
            for outcome in self._read(record.raw, record.collection):
                if isinstance(outcome, Rejected):
                    self._put_aside(record, outcome)
                else:
                    self._staging.add(outcome, record)
        except MalformedJson as error:
            self._malformed(record, error)

    def _malformed(self, record: RawRecord, error: MalformedJson) -> None:
        if self._layout.is_document:
            raise UnreadableFile(
                "json", f"Broken JSON in record {record.number}: {error.message}"
            ) from None
        self._reject(record, error.rule, error.message)

    def _take_refused(self) -> None:
        while self._staging.refused:
            record, table, error = self._staging.refused.popleft()
            self._doubted.add(record.position)
            message = f"PostgreSQL refused it as one of {table.name}: {primary_message(error)}"
            self._reject(record, "database", message)

    def _doubt_lines(self) -> None:
        if self._merge.has_begun:
            raise MustBeInOrder
        children.doubt_lines(self._connection, self._version, self._doubted)

    def _reject(self, record: RawRecord, rule: str, message: str) -> None:
        rejected = Rejected(
            record_type=record.collection,
            parent_source_id=None,
            path="",
            rule=rule,
            message=message,
            raw=record.raw,
        )
        self._put_aside(record, rejected)

    def _put_aside(self, record: RawRecord, rejected: Rejected) -> None:
        """Quarantines a record; a file of little else is no export of its source at all."""
        self._quarantine.add(record, rejected)
        if self._quarantine.count > _MANY_BAD_RECORDS and (
            2 * self._quarantine.count > record.position
        ):
            raise UnreadableFile(
                "mostly_bad",
                f"More than {_MANY_BAD_RECORDS:,} records broke a rule, which is more than half of "
                f"them so far. The last one, {rejected.path}: {rejected.message}",
            )


def primary_message(error: psycopg.Error) -> str:
    """What PostgreSQL says is wrong, without the statement that met it."""
    return error.diag.message_primary or str(error)
