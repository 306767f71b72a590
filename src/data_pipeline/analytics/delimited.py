"""Rows as CSV (RFC 4180): null is empty, truth is `true` or `false`, nested values are JSON."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

from data_pipeline.analytics.result import Result, ResultColumn, json_value


def to_csv(result: Result) -> str:
    """A result with a header line."""
    rows = msgspec.json.decode(result.rows, type=list[dict[str, object]])
    values = (tuple(row.values()) for row in rows)
    return (header(result.columns) + encode(values)).decode()


def header(columns: Sequence[ResultColumn]) -> bytes:
    """The line with the columns' names."""
    return encode([tuple(column.name for column in columns)])


def encode(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as lines, each ended by CR LF."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """The value as it stands between commas; everything but text as JSON shows it."""
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    shown = json_value(value)
    return shown if isinstance(shown, str) else msgspec.json.encode(shown).decode()
