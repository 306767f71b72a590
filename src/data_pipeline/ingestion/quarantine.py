"""Keeps the records that broke a rule, with all that is needed to explain and to replay them."""

from typing import Any, Final, NamedTuple

import psycopg

from data_pipeline.ingestion.records import RawRecord
from data_pipeline.ingestion.statements import statement
from data_pipeline.sources.source import Rejected

_BATCH_ROWS: Final = 500
_TYPES: Final = ("int8", "int8", "text", "text", "text", "text", "text", "text")

# Of a record that is too long to be read, what people need to recognise it.
_LONGEST_CUT_RECORD: Final = 64 * 1024


class _Row(NamedTuple):
    file_id: int
    position: int
    place: str
    record_type: str | None
    parent_source_id: str | None
    raw: str
    rule: str
    message: str


class Quarantine:
    """The quarantine of one file.

    Args:
        connection: in a transaction.
        file_id: the file's.
        unit: what the numbers of the file's records count, `line` or `record`.
    """

    def __init__(self, connection: psycopg.Connection[Any], file_id: int, unit: str) -> None:
        self._connection = connection
        self._file_id = file_id
        self._unit = unit
        self._waiting: list[_Row] = []
        self.count = 0

    def add(self, record: RawRecord, rejected: Rejected) -> None:
        """Takes a rejected record, and writes those that wait if they are enough."""
        raw = rejected.raw[:_LONGEST_CUT_RECORD] if record.is_cut else rejected.raw
        place = f"{self._unit} {record.number}"
        self._waiting.append(
            _Row(
                file_id=self._file_id,
                position=record.position,
                place=f"{place}: {rejected.path}" if rejected.path else place,
                record_type=rejected.record_type,
                parent_source_id=rejected.parent_source_id,
                raw=_storable(raw),
                rule=rejected.rule,
                message=_storable(rejected.message.encode()),
            )
        )
        self.count += 1
        if len(self._waiting) >= _BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Writes the records that wait."""
        if not self._waiting:
            return
        command = statement("copy_to_quarantine")
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.set_types(_TYPES)
            for row in self._waiting:
                copy.write_row(row)
        self._waiting.clear()


def _storable(text: bytes) -> str:
    """The text as PostgreSQL can hold it: a NUL stands escaped, as JSON would have it."""
    return text.decode("utf-8", "replace").replace("\0", "\\u0000")
