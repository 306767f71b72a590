"""Rows as the text that COPY takes, encoded in C: JSON arrays are nearly CSV.

With `"` to quote and a backslash to escape, the elements of a JSON array are the fields of a line:
text is quoted, and null is not. What differs is made the same here: JSON escapes characters that
control something in a way that CSV does not know, so they are put as they are.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Final

import msgspec

from data_pipeline.canonical.entities import Entity
from data_pipeline.ingestion.merge import Version

_encode: Final = msgspec.json.Encoder().encode_lines

# A line break outside of the brackets is no part of a value: within, it is escaped.
_BETWEEN: Final = b"]\n["

_MAY_BE_CONTROL: Final = re.compile(rb"\\[bfnrtu]")
# Escapes that CSV has too, with the text behind them, or one of a control character. One of both
# stands at every backslash, so none is taken for the beginning of what it ends.
_ESCAPES: Final = re.compile(rb'(?:\\["\\][^\\]*+)++|\\(?:([bfnrt])|u00([0-9a-f]{2}))')
_CONTROLS: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def staging_lines(load_id: int, entities: Sequence[Entity], positions: Iterable[int]) -> bytes:
    """The lines for the staging table: the load, the position, and the entity's columns.

    Args:
        load_id: of all lines.
        entities: a line each.
        positions: of the entities' records in their file.
    """
    lines = _encode(entities)[1:-2].split(_BETWEEN)
    placed = map(b"%d,%d,%b".__mod__, zip(repeat(load_id), positions, lines))
    return _with_controls(b"\n".join(placed))


def new_lines(version: Version, created_at: datetime, entities: Sequence[Entity]) -> bytes:
    """The lines for the table itself: what all rows of the load have, and the entity's columns.

    Args:
        version: of the load.
        created_at: of the rows.
        entities: a line each.
    """
    of_all = (
        version.source, version.file_id, version.modified_at, version.version_id,
        created_at, created_at,
    )  # fmt: skip
    start = _encode([of_all])[1:-2] + b","
    return _with_controls(start + _encode(entities)[1:-2].replace(_BETWEEN, b"\n" + start))


def _with_controls(lines: bytes) -> bytes:
    return lines if _MAY_BE_CONTROL.search(lines) is None else _ESCAPES.sub(_unescaped, lines)


def _unescaped(match: re.Match[bytes]) -> bytes:
    letter, code = match.groups()
    if letter:
        return _CONTROLS[letter]
    return bytes([int(code, 16)]) if code else match[0]
