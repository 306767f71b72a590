"""Rows as Parquet, in row groups, with typed columns.

A `numeric` of declared precision keeps it; any other is a decimal of 38 digits, 18 of them behind
the point, as Spark takes PostgreSQL's:
https://github.com/apache/spark/blob/v4.0.0/sql/core/src/main/scala/org/apache/spark/sql/jdbc/PostgresDialect.scala
What has no type of its own in Parquet, such as JSON, is text.
"""

import io
from collections.abc import Buffer, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import IO, Final, cast

import psycopg
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema, list_array
from arro3.io import write_parquet
from psycopg import postgres

from data_pipeline.analytics import delimited
from data_pipeline.analytics.result import ResultColumn
from data_pipeline.jobs import values
from data_pipeline.jobs.read_ahead import Rows
from data_pipeline.jobs.upload import Upload
from data_pipeline.jobs.values import Values

_COMPRESSION: Final = "zstd(1)"
_MOST_ROWS_OF_A_GROUP: Final = 100_000
_BYTES_OF_A_GROUP: Final = 32 * 1024 * 1024
_MOST_DIGITS: Final = 38
_SCALE: Final = 18


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column of the file, and what makes its values an array of Arrow."""

    name: str
    type: DataType
    array: Callable[[Values], Array]

    def field(self) -> Field:
        return Field(self.name, self.type, nullable=True)


def write(
    columns: Sequence[ResultColumn],
    described: Sequence[psycopg.Column],
    batches: Iterator[Rows],
    upload: Upload,
) -> None:
    """Writes the rows as one Parquet file, a row group in memory at a time.

    Raises:
        psycopg.DataError: when a value does not fit its column's type.
    """
    file = _File([_column(*pair) for pair in zip(columns, described, strict=True)], upload)
    file.write_rows(batches)


class _File(io.RawIOBase):
    """What the library writes to.

    An error of the rows or of the upload would come back through the library as a text, so it is
    kept here.
    """

    def __init__(self, columns: Sequence[_Column], upload: Upload) -> None:
        super().__init__()
        self._columns = columns
        self._schema = Schema([column.field() for column in columns])
        self._upload = upload
        self._failure: BaseException | None = None

    def write_rows(self, batches: Iterator[Rows]) -> None:
        made = map(self._batch, batches)
        first = list(islice(made, 1))
        reader = RecordBatchReader.from_batches(self._schema, self._guarded(chain(first, made)))
        try:
            write_parquet(
                reader,
                cast("IO[bytes]", self),
                compression=_COMPRESSION,
                max_row_group_size=_rows_of_a_group(first),
            )
        except Exception:
            if self._failure is None:
                raise
            raise self._failure from None

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        try:
            self._upload.write(bytes(data))
        except Exception as error:
            self._failure = error
            raise
        return memoryview(data).nbytes

    def _guarded(self, made: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        try:
            yield from made
        except Exception as error:
            self._failure = error
            raise

    def _batch(self, rows: Rows) -> RecordBatch:
        found = zip(*rows, strict=True)
        arrays = [column.array(one) for column, one in zip(self._columns, found, strict=True)]
        return RecordBatch.from_arrays(arrays, schema=self._schema)


def _rows_of_a_group(first: Sequence[RecordBatch]) -> int:
    """How many rows a group has, so that one of wide rows fits into memory as well."""
    if not first:
        return _MOST_ROWS_OF_A_GROUP
    fitting = _BYTES_OF_A_GROUP * first[0].num_rows // max(1, first[0].nbytes)
    return max(1, min(fitting, _MOST_ROWS_OF_A_GROUP))


def _column(column: ResultColumn, described: psycopg.Column) -> _Column:
    element = _ELEMENTS.get(column.type.removesuffix("[]"), _text)(column.name, described)
    if not column.type.endswith("[]"):
        return element
    return _Column(
        name=column.name,
        type=DataType.list(Field("element", element.type, nullable=True)),
        array=lambda found: _lists(element, found),
    )


def _boolean(name: str, _: psycopg.Column) -> _Column:
    kind = DataType.bool()
    return _Column(name=name, type=kind, array=lambda found: Array(found, kind))


def _integer(name: str, _: psycopg.Column) -> _Column:
    return _parsed(name, DataType.int64(), "integer")


def _number(name: str, _: psycopg.Column) -> _Column:
    return _parsed(name, DataType.float64(), "number")


def _decimal(name: str, described: psycopg.Column) -> _Column:
    digits, scale = described.precision, described.scale
    if digits is None or scale is None or not 0 <= scale <= digits <= _MOST_DIGITS:
        digits, scale = _MOST_DIGITS, _SCALE
    what = f"decimal with at most {digits - scale} digits before the point"
    return _parsed(name, DataType.decimal128(digits, scale), what)


def _date(name: str, _: psycopg.Column) -> _Column:
    return _parsed(name, DataType.date32(), "date of the years 1 to 9999")


def _timestamp(name: str, described: psycopg.Column) -> _Column:
    kind = postgres.types.get(described.type_code)
    zone = "UTC" if kind and kind.name == "timestamptz" else None
    return _parsed(name, DataType.timestamp("us", tz=zone), "time of the years 1 to 9999")


def _json(name: str, _: psycopg.Column) -> _Column:
    return _Column(
        name=name,
        type=DataType.utf8(),
        array=lambda found: _texts(values.documents(values.texts(found))),
    )


def _text(name: str, _: psycopg.Column) -> _Column:
    return _Column(name=name, type=DataType.utf8(), array=_texts)


_ELEMENTS: Final = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
    "json": _json,
}


def _parsed(name: str, kind: DataType, what: str) -> _Column:
    """Values that were read as texts."""

    def parse(found: Values) -> Array:
        texts = Array(found, DataType.utf8())
        parsed = texts.cast(kind)
        # The cast makes null what it can't parse, or what is too large.
        if parsed.null_count != texts.null_count:
            raise psycopg.DataError(f"the column '{name}' has a value that is no {what}")
        return parsed

    return _Column(name=name, type=kind, array=parse)


def _texts(found: Values) -> Array:
    if None in found or any(type(value) is not str for value in found):
        found = [
            value if value is None or type(value) is str else delimited.shown(value)
            for value in found
        ]
    return Array(found, DataType.utf8())


def _lists(element: _Column, found: Values) -> Array:
    lists = cast("Sequence[list[object] | None]", found)
    items = [item for one in lists for item in one or ()]
    if any(isinstance(item, list) for item in items):
        raise psycopg.DataError(f"the column '{element.name}' has arrays of arrays")
    offsets = list(accumulate((len(one or ()) for one in lists), initial=0))
    return list_array(
        Array(offsets, DataType.int32()),
        element.array(items),
        type=DataType.list(Field("element", element.type, nullable=True)),
        mask=Array([one is None for one in lists], DataType.bool()),
    )
