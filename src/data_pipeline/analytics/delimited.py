"""Rows as CSV (RFC 4180): null is empty, truth is `true` or `false`, nested values are JSON."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import NoneType

import msgspec

from data_pipeline.analytics.result import Result, ResultColumn, json_value

# What the csv module writes as JSON would. Exact types: a boolean is an int to isinstance.
_AS_THEY_ARE = frozenset({str, int, float, Decimal, NoneType})


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
    csv.writer(text).writerows(
        [value if type(value) in _AS_THEY_ARE else _shown(value) for value in row] for row in rows
    )
    return text.getvalue().encode()


def _shown(value: object) -> str:
    """A value as JSON shows it, without the quotes of a text."""
    shown = json_value(value)
    return shown if isinstance(shown, str) else msgspec.json.encode(shown).decode()
