"""Keeps the records that broke a rule, with all that is needed to explain and to replay them."""

from functools import partial
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql

from data_pipeline.ingestion.background import Background
from data_pipeline.ingestion.records import RawRecord
from data_pipeline.ingestion.statements import statement
from data_pipeline.sources.source import Rejected

_BATCH_ROWS: Final = 500
_BATCH_BYTES: Final = 4 * 1024 * 1024
_TYPES: Final = (
    "int8", "int8", "text", "text", "text", "text", "text", "text", "bool", "text", "text"
)  # fmt: skip

# Of a record that is too long to be read, what people need to recognise it.
_LONGEST_CUT_RECORD: Final = 64 * 1024


class _Row(NamedTuple):
    file_id: int
    position: int
    place: str
    record_type: str | None
    parent_source_id: str | None
    collection: str | None
    document: str | None
    raw: str
    is_cut: bool
    rule: str
    message: str


class Quarantine:
    """The quarantine of one file.

    Args:
        connection: in a transaction.
        background: does the writing.
        file_id: the file's.
        unit: what the numbers of the file's records count, `line` or `record`.
        is_replay: the records were tried before. What is rejected is staged, until `settle` tells
            it apart from what was rejected then.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        background: Background,
        file_id: int,
        unit: str,
        *,
        is_replay: bool = False,
    ) -> None:
        self._connection = connection
        self._background = background
        self._file_id = file_id
        self._unit = unit
        self._waiting: list[_Row] = []
        table = sql.Identifier("staged_quarantine" if is_replay else "quarantine")
        self._command = statement("copy_to_quarantine").format(quarantine=table)
        self._last_document = self._waiting_bytes = 0
        self.count = 0

    def add(self, record: RawRecord, rejected: Rejected) -> None:
        """Takes a rejected record, and hands those that wait over if they are enough."""
        raw = rejected.raw[:_LONGEST_CUT_RECORD] if record.is_cut else rejected.raw
        place = f"{self._unit} {record.number}"
        self._waiting.append(
            _Row(
                file_id=self._file_id,
                position=record.position,
                place=f"{place}: {rejected.path}" if rejected.path else place,
                record_type=rejected.record_type,
                parent_source_id=rejected.parent_source_id,
                collection=record.collection,
                document=self._document(record, rejected),
                raw=_storable(raw),
                is_cut=record.is_cut,
                rule=rejected.rule,
                message=_storable(rejected.message.encode()),
            )
        )
        self.count += 1
        self._waiting_bytes += len(record.raw)
        if len(self._waiting) >= _BATCH_ROWS or self._waiting_bytes >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hands the records that wait over to be written."""
        if self._waiting:
            self._background.run(partial(self._write, self._waiting))
        self._waiting, self._waiting_bytes = [], 0

    def _write(self, rows: list[_Row]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(self._command) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)

    def _document(self, record: RawRecord, rejected: Rejected) -> str | None:
        """The record around a rejected one, with the first that is rejected of it."""
        if rejected.raw == record.raw or record.position == self._last_document:
            return None
        self._last_document = record.position
        return _storable(record.raw)


def _storable(text: bytes) -> str:
    """The text as PostgreSQL can hold it: a NUL stands escaped, as JSON would have it."""
    return text.decode("utf-8", "replace").replace("\0", "\\u0000")
