"""The values of a result as the server writes them, converted a column at a time.

Nearly all stay the texts that PostgreSQL sends: to make a number, a date or a decimal of each and
write it out again takes many times as long. A column's texts are worked on as one, joined by NUL,
which no text in PostgreSQL can hold.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final, cast

import msgspec
import psycopg
from psycopg.types.string import TextLoader

from data_pipeline.jobs.read_ahead import Cursor

type Values = Sequence[object]
type Texts = Sequence[str | None]

NUL: Final = "\0"
# NUL as JSON: no jsonb holds it, though a json may.
_SEPARATOR: Final = '"\\u0000"'
_READ_AS_TEXT: Final = (
    *("int2", "int4", "int8", "float4", "float8", "numeric"),
    *("date", "timestamp", "timestamptz", "json", "jsonb", "uuid"),
)


def read_as_text(cursor: Cursor) -> None:
    """Makes the cursor give numbers, dates, times and JSON as texts, also within arrays."""
    for name in _READ_AS_TEXT:
        cursor.adapters.register_loader(name, TextLoader)


def texts(values: Values) -> Texts:
    """The values of a column that was read as text."""
    return cast("Texts", values)


def timestamps(values: Texts, *, before: str = "", after: str = "") -> Texts:
    """PostgreSQL's timestamps in UTC as ISO 8601 has them, each between the two others.

    Raises:
        psycopg.DataError: for those outside the years 1 to 9999.
    """
    _check_years(values)
    return at_once(values, lambda joined: between(before, _iso_timestamps(joined), after))


def dates(values: Texts, *, before: str = "", after: str = "") -> Texts:
    """PostgreSQL's dates, which are those of ISO 8601, each between the two others.

    Raises:
        psycopg.DataError: for those outside the years 1 to 9999.
    """
    _check_years(values)
    return at_once(values, lambda joined: between(before, _after_christ(joined), after))


def documents(values: Texts, *, before: str = "") -> Texts:
    """JSON without white space, and so in one line, each after the other."""
    return at_once(values, lambda joined: between(before, _compact(joined), ""))


def elements(kind: str, value: object) -> Any:
    """An array, with its elements as a JSON encoder takes them."""
    if not isinstance(value, list):
        return value
    if any(isinstance(item, list) for item in value):
        return [elements(kind, item) for item in value]
    convert = _ELEMENTS.get(kind)
    return convert(value) if convert else value


def at_once(values: Texts, convert: Callable[[str], str]) -> Texts:
    """Applies a conversion to all texts joined, which leaves the NULs; null stays null."""
    present = _present(values)
    if not present:
        return values
    converted = convert(NUL.join(present)).split(NUL)
    if len(converted) == len(values):
        return converted
    remaining = iter(converted)
    return [None if value is None else next(remaining) for value in values]


def between(before: str, joined: str, after: str) -> str:
    """Puts something before and after each of the texts that are joined."""
    inner = joined.replace(NUL, f"{after}{NUL}{before}") if before or after else joined
    return f"{before}{inner}{after}"


def _present(values: Texts) -> Sequence[str]:
    if None not in values:
        return cast("Sequence[str]", values)
    return [value for value in values if value is not None]


def _check_years(values: Texts) -> None:
    """Refuses `infinity`, and years of five digits, which ISO 8601 doesn't know."""
    if set(map(itemgetter(4), _present(values))) - {"-"}:
        raise psycopg.DataError("a date outside the years 1 to 9999")


def _after_christ(joined: str) -> str:
    if "BC" in joined:
        raise psycopg.DataError("a date outside the years 1 to 9999")
    return joined


def _iso_timestamps(joined: str) -> str:
    utc = f"{_after_christ(joined)}{NUL}".replace(" ", "T").replace(f"+00{NUL}", f"Z{NUL}")
    return utc[:-1]


def _compact(joined: str) -> str:
    """Documents without white space: as one, of which each second element separates them."""
    if _SEPARATOR in joined:
        return NUL.join(msgspec.json.format(text, indent=-1) for text in joined.split(NUL))
    separated = joined.replace(NUL, f",{_SEPARATOR},")
    return msgspec.json.format(f"[{separated}]", indent=-1)[1:-1].replace(f",{_SEPARATOR},", NUL)


def _each(convert: Callable[[str], object]) -> Callable[[Texts], Values]:
    return lambda values: [None if value is None else convert(value) for value in values]


_ELEMENTS: Final[dict[str, Callable[[Texts], Values]]] = {
    "integer": _each(int),
    "number": _each(float),
    "timestamp": timestamps,
    "date": dates,
    "json": _each(lambda text: msgspec.Raw(text.encode())),
}
