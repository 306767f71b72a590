"""Rows as lines: of JSON (https://github.com/ndjson/ndjson-spec) or CSV (RFC 4180).

They are put together from columns of texts: that is several times as fast as an encoder that is
given rows of objects.
"""

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Final, cast

import msgspec

from data_pipeline.analytics import delimited
from data_pipeline.analytics.result import ResultColumn
from data_pipeline.jobs import values
from data_pipeline.jobs.read_ahead import Rows
from data_pipeline.jobs.values import NUL, Texts, Values

_CSV_LINE_END: Final = "\r\n"
_QUOTED_IN_CSV: Final = b',"\r\n'
_FORMULAS: Final = tuple(f"{NUL}{start}" for start in sorted(delimited.FORMULA_STARTS))
# RFC 8259, section 7. NUL is the texts' separator.
_ESCAPED_IN_JSON: Final = b'"\\' + bytes(range(1, 0x20))
_NO_JSON_NUMBERS: Final = frozenset({"NaN", "Infinity", "-Infinity"})

# What msgspec does not know (ranges, addresses) becomes its text.
_ENCODER: Final = msgspec.json.Encoder(enc_hook=str, decimal_format="string")


class JsonLines:
    """A JSON object for each row."""

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._types = [column.type for column in columns]
        names = [_ENCODER.encode(column.name).decode() for column in columns]
        self._before = [f"{',' if number else '{'}{name}:" for number, name in enumerate(names)]

    def encode(self, rows: Rows) -> bytes:
        """The rows, each ended by a line feed."""
        if not self._types:
            return b"{}\n" * len(rows)
        columns = zip(*rows, strict=True)
        members = [
            _members(before, kind, column)
            for before, kind, column in zip(self._before, self._types, columns, strict=False)
        ]
        return _interleaved([*members, ["}\n"] * len(rows)])


class CsvLines:
    """A line for each row, as `delimited` would write it."""

    def __init__(self, columns: Sequence[ResultColumn]) -> None:
        self._types = [column.type for column in columns]

    def encode(self, rows: Rows) -> bytes:
        """The rows, each ended by CR LF."""
        columns = zip(*rows, strict=True)
        cells = [_csv(kind, column) for kind, column in zip(self._types, columns, strict=False)]
        if len(cells) == 1:
            # A line with nothing in it would be no row.
            cells = [[cell or '""' for cell in cells[0]]]
        commas, ends = [","] * len(rows), [_CSV_LINE_END] * len(rows)
        separated = [column for one in cells for column in (one, commas)]
        return _interleaved([*separated[:-1], ends]) if cells else b""


def _interleaved(columns: Sequence[Sequence[str]]) -> bytes:
    """The first texts of all columns, then the second ones, and so on."""
    width = len(columns)
    texts = [""] * (width * len(columns[0]))
    for place, column in enumerate(columns):
        texts[place::width] = column
    return "".join(texts).encode()


def _members(before: str, kind: str, column: Values) -> Sequence[str]:
    """A column's values as JSON, each after its name."""
    if plain := _JSON.get(kind):
        return _or(plain(before, column), f"{before}null")
    if _are_texts(column):
        return _or(_json_texts(before, column), f"{before}null")
    element = kind.removesuffix("[]")
    return [before + _ENCODER.encode(values.elements(element, value)).decode() for value in column]


def _are_texts(column: Values) -> bool:
    return set(map(type, column)) <= {str, NoneType}


def _json_integers(before: str, column: Values) -> Texts:
    return values.at_once(values.texts(column), lambda joined: values.between(before, joined, ""))


def _json_numbers(before: str, column: Values) -> Texts:
    """Texts that JSON has as they are, or as null."""
    return [
        None if text is None or text in _NO_JSON_NUMBERS else before + text
        for text in values.texts(column)
    ]


def _json_booleans(before: str, column: Values) -> Texts:
    texts = {None: None, True: f"{before}true", False: f"{before}false"}
    return [texts[cast("bool | None", value)] for value in column]


def _json_texts(before: str, column: Values) -> Texts:
    return values.at_once(values.texts(column), lambda joined: _json_strings(before, joined))


def _json_strings(before: str, joined: str) -> str:
    if _has_any(joined, _ESCAPED_IN_JSON):
        return NUL.join(before + _ENCODER.encode(text).decode() for text in joined.split(NUL))
    return values.between(f'{before}"', joined, '"')


def _or(texts: Texts, null: str) -> Sequence[str]:
    """The texts, and what stands for null."""
    if None not in texts:
        return cast("Sequence[str]", texts)
    return [null if text is None else text for text in texts]


def _csv(kind: str, column: Values) -> Sequence[str]:
    """A column's values as they stand in a line of CSV."""
    if plain := _CSV.get(kind):
        return plain(column)
    element = kind.removesuffix("[]")
    texts = (
        _or(values.texts(column), "")
        if _are_texts(column)
        else [_shown(element, value) for value in column]
    )
    return _quoted(texts if kind == "duration" else _harmless(texts))


def _csv_documents(column: Values) -> Sequence[str]:
    return _quoted([_document(text) for text in values.documents(values.texts(column))])


def _shown(element: str, value: object) -> str:
    if value is None or type(value) is str:
        return value or ""
    return delimited.shown(values.elements(element, value))


def _csv_booleans(column: Values) -> Sequence[str]:
    texts = {None: "", True: "true", False: "false"}
    return [texts[cast("bool | None", value)] for value in column]


def _document(text: str | None) -> str:
    """JSON, of which a text loses its quotes and null is empty."""
    if text is None or text == "null":
        return ""
    return _harmless([msgspec.json.decode(text, type=str)])[0] if text[0] == '"' else text


def _harmless(texts: Sequence[str]) -> Sequence[str]:
    """Marks as texts what spreadsheets would run."""
    joined = f"{NUL}{NUL.join(texts)}"
    if not any(start in joined for start in _FORMULAS):
        return texts
    return [f"'{text}" if text[:1] in delimited.FORMULA_STARTS else text for text in texts]


def _quoted(texts: Sequence[str]) -> Sequence[str]:
    """Puts quotes around texts if some hold what ends a cell, a line or a quotation."""
    joined = NUL.join(texts)
    if not _has_any(joined, _QUOTED_IN_CSV):
        return texts
    quoted = values.between('"', joined.replace('"', '""'), '"')
    return ["" if text == '""' else text for text in quoted.split(NUL)]


def _has_any(text: str, signs: bytes) -> bool:
    encoded = text.encode()
    return len(encoded.translate(None, signs)) < len(encoded)


_JSON: Final[dict[str, Callable[[str, Values], Texts]]] = {
    "integer": _json_integers,
    "number": _json_numbers,
    "boolean": _json_booleans,
    "json": lambda before, column: values.documents(values.texts(column), before=before),
    "timestamp": lambda before, column: values.timestamps(
        values.texts(column), before=f'{before}"', after='"'
    ),
    "decimal": _json_texts,
    "date": lambda before, column: values.dates(
        values.texts(column), before=f'{before}"', after='"'
    ),
}
_CSV: Final[dict[str, Callable[[Values], Sequence[str]]]] = {
    "integer": lambda column: _or(values.texts(column), ""),
    "number": lambda column: _or(values.texts(column), ""),
    "decimal": lambda column: _or(values.texts(column), ""),
    "boolean": _csv_booleans,
    "json": _csv_documents,
    "timestamp": lambda column: _or(values.timestamps(values.texts(column)), ""),
    "date": lambda column: _or(values.dates(values.texts(column)), ""),
}
