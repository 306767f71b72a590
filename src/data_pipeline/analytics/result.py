"""Results of queries: typed columns and rows as JSON.

Exact numbers (PostgreSQL's `numeric`, so all money) become JSON strings, since most readers of
JSON would turn them into binary floating point. Timestamps become ISO 8601 in UTC.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

# Lambda answers with at most 6,291,556 bytes, in which the body is a string with its quotes and
# backslashes escaped. What else is in an answer, such as the parameters twice, fits in the rest.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES_OF_ROWS = 5_000_000


class ResultColumn(msgspec.Struct, frozen=True):
    """A column of a result.

    The type is one of boolean, integer, number, decimal, date, timestamp, duration, json, string,
    or array of one of them (`string[]`).
    """

    name: str
    type: str


class Result(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The rows that answered a question, encoded, and when and from which data they were made.

    `duration_ms` is the time the query took in the database.
    """

    columns: list[ResultColumn]
    rows: msgspec.Raw
    row_count: int
    truncated: bool
    dataset_version: int
    generated_at: datetime
    duration_ms: int


def encode_rows(
    columns: Sequence[ResultColumn], rows: Sequence[tuple[object, ...]]
) -> tuple[bytes, int]:
    """Rows as a JSON array of objects, and how many of them fit into one answer."""
    objects = _objects(columns, rows)
    text = _ENCODER.encode(objects)
    if escaped_length(text) <= MOST_BYTES_OF_ROWS:
        return text, len(objects)
    encoded: list[bytes] = []
    size = 0
    for row in map(_ENCODER.encode, objects):
        size += escaped_length(row) + 1
        if size > MOST_BYTES_OF_ROWS:
            break
        encoded.append(row)
    return b"[" + b",".join(encoded) + b"]", len(encoded)


def encode_row(columns: Sequence[ResultColumn], row: tuple[object, ...]) -> bytes:
    """One row as a JSON object."""
    return _ENCODER.encode(_objects(columns, [row])[0])


def _objects(
    columns: Sequence[ResultColumn], rows: Sequence[tuple[object, ...]]
) -> list[dict[str, object]]:
    """Rows by name, with their timestamps in UTC."""
    names = [column.name for column in columns]
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    for name in (column.name for column in columns if column.type == "timestamp"):
        for one in objects:
            one[name] = _in_utc(one[name])
    return objects


def escaped_length(json_text: bytes) -> int:
    """The bytes that JSON text takes as a string within other JSON."""
    return len(json_text) + json_text.count(b'"') + json_text.count(b"\\")


def json_value(value: object) -> object:
    """A value of a row as JSON has it."""
    return msgspec.to_builtins(_in_utc(value), enc_hook=str)


def _in_utc(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value


# Decimals are strings by msgspec's default; what it does not know (ranges, addresses) as its text.
_ENCODER = msgspec.json.Encoder(enc_hook=str, decimal_format="string")
