"""Rows as the text that COPY takes, encoded in C: JSON arrays are nearly CSV.

With `"` to quote and a backslash to escape, the elements of a JSON array are the fields of a line:
text is quoted, and null is not. What differs is made the same here: JSON escapes characters that
control something in a way that CSV does not know, so they are put as they are.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from data_pipeline.canonical.entities import Entity
from data_pipeline.canonical.tables import Table

_encode: Final = msgspec.json.Encoder().encode_lines

_MAY_BE_CONTROL: Final = re.compile(rb"\\[bfnrtu]")
# Escapes that CSV has too, with the text behind them, or one of a control character. One of both
# stands at every backslash, so none is taken for the beginning of what it ends.
_ESCAPES: Final = re.compile(rb'(?:\\["\\][^\\]*+)++|\\(?:([bfnrt])|u00([0-9a-f]{2}))')
_CONTROLS: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def copy_lines(
    table: Table, load_id: int, entities: Iterable[Entity], positions: Iterable[int]
) -> bytes:
    """The lines for the staging table: the load, the position, and the entity's columns.

    Args:
        table: the entities'.
        load_id: of all lines.
        entities: a line each.
        positions: of the entities' records in their file.
    """
    json_columns = _json_columns(table)
    rows = []
    for entity, position in zip(entities, positions, strict=True):
        row: list[Any] = [load_id, position, *astuple(entity)]
        for column in json_columns:
            row[column] = str(row[column], "utf-8")
        rows.append(row)
    # A line break outside of the brackets is no part of a value: within, it is escaped.
    lines = _encode(rows)[1:-2].replace(b"]\n[", b"\n")
    return lines if _MAY_BE_CONTROL.search(lines) is None else _ESCAPES.sub(_unescaped, lines)


@cache
def _json_columns(table: Table) -> tuple[int, ...]:
    """Where in a row there are JSON texts, which are text to COPY."""
    return tuple(
        number for number, column in enumerate(table.columns, start=2) if column.type == "jsonb"
    )


def _unescaped(match: re.Match[bytes]) -> bytes:
    letter, code = match.groups()
    if letter:
        return _CONTROLS[letter]
    return bytes([int(code, 16)]) if code else match[0]
