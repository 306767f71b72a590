"""Rows as CSV (RFC 4180): null is empty, truth is `true` or `false`, nested values are JSON.

Spreadsheets run a text that begins like a formula, and the texts here come from customers of all
kinds. Such a text gets an apostrophe before it, as OWASP advises; JSON has it as it is.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import NoneType
from typing import Final

import msgspec

from data_pipeline.analytics.result import MOST_BYTES_OF_ROWS, Result, ResultColumn, json_value

# RFC 4180, section 3.
CONTENT_TYPE: Final = "text/csv; charset=utf-8; header=present"

# What the csv module writes as JSON would. Exact types: a boolean is an int to isinstance.
_AS_THEY_ARE = frozenset({int, float, Decimal, NoneType})
FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
# Their texts are this API's own, such as a negative number's.
_SAFE_TYPES = frozenset({"decimal", "date", "timestamp", "duration"})


def to_csv(result: Result) -> str:
    """A result with a header line."""
    return (header(result.columns) + encode(_values(result))).decode()


def fitting_csv(result: Result) -> tuple[str, bool]:
    """A result with a header line, and whether rows were left out that don't fit an answer."""
    text = to_csv(result)
    if _escaped_length(text) <= MOST_BYTES_OF_ROWS:
        return text, False
    lines = [header(result.columns).decode()]
    size = _escaped_length(lines[0])
    for row in _values(result):
        line = encode([row]).decode()
        size += _escaped_length(line)
        if size > MOST_BYTES_OF_ROWS:
            break
        lines.append(line)
    return "".join(lines), True


def header(columns: Sequence[ResultColumn]) -> bytes:
    """The line with the columns' names."""
    return encode([tuple(column.name for column in columns)])


def encode(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as lines, each ended by CR LF."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    kind = type(value)
    if kind in _AS_THEY_ARE or (kind is str and str(value)[:1] not in FORMULA_STARTS):
        return value
    return shown(value)


class _Safe(str):
    """A text that no spreadsheet takes for more than it is."""

    __slots__ = ()


def _values(result: Result) -> Iterable[tuple[object, ...]]:
    """The rows' values, of which those that are texts only in JSON are known to be safe."""
    safe = [column.type in _SAFE_TYPES for column in result.columns]
    for row in msgspec.json.decode(result.rows, type=list[dict[str, object]]):
        yield tuple(
            _Safe(value) if is_safe and type(value) is str else value
            for value, is_safe in zip(row.values(), safe, strict=True)
        )


def shown(value: object) -> str:
    """A value as JSON shows it, without the quotes of a text; a formula as a text."""
    if type(value) is str:
        return f"'{value}"
    shown = value if isinstance(value, _Safe) else json_value(value)
    return shown if isinstance(shown, str) else msgspec.json.encode(shown).decode()


def _escaped_length(text: str) -> int:
    """The bytes that a text takes as a string within JSON."""
    return len(json.dumps(text, ensure_ascii=False).encode())
