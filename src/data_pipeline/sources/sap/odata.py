"""How SAP's OData services, version 2 and 4, write values.

https://www.odata.org/documentation/odata-version-2-0/json-format/,
https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import JsonText
from data_pipeline.sources import fields
from data_pipeline.sources.records import InvalidRecord
from data_pipeline.sources.source import Origin

SYSTEM: Final = "sap"

_TICKS: Final = re.compile(r"/Date\((?P<milliseconds>-?\d{1,15})(?P<offset>[+-]\d{1,4})?\)/")
_DURATION: Final = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,2})M)?(?:(\d{1,2})S)?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# What stands for "never" and for "not yet".
_OPEN_END: Final = date(9999, 12, 31)
_NO_DATE: Final = date(1, 1, 1)

_PROTOCOL: Final = frozenset({"__metadata", "__deferred", "SAP__Messages"})
_V4_PROTOCOL: Final = "@odata."

_members: Final = msgspec.json.Decoder(dict[str, Raw]).decode
_elements: Final = msgspec.json.Decoder(list[Raw]).decode


class Results[T](Struct, gc=False):
    """A navigation as version 2 expands it; without anything if it was not expanded."""

    results: list[T] = []
    rest: str | None = msgspec.field(name="__next", default=None)


def expanded[T](navigation: list[T] | Results[T] | None) -> list[T]:
    """What is there of a navigation, in either version."""
    if isinstance(navigation, Results):
        return navigation.results
    return navigation or []


def is_complete[T](navigation: list[T] | Results[T] | None) -> bool:
    """Whether all of a navigation is there, as far as it says. A page of its own says so itself."""
    if isinstance(navigation, Results):
        return bool(navigation.results) and navigation.rest is None
    return navigation is not None


def key(value: str | int | None) -> str | None:
    """A key or a reference in its external form.

    The services leave out the zeros before a number, other exports do not.
    """
    return fields.unpadded(None if value is None else str(value))


def required_key(path: str, value: str | int) -> str:
    """As `key`, for a field that must have a value.

    Raises:
        InvalidRecord: it is empty or zero.
    """
    known = key(value)
    if known is None:
        raise InvalidRecord("required", path, f"Expected a number or a name, not {value!r}")
    return known


def moment(path: str, value: str | None, time: str | None = None) -> datetime | None:
    """A time, of which version 2 counts milliseconds and version 4 writes ISO 8601.

    None for what stands for no date, which is what a value beyond the years 1 to 9999 is too.

    Args:
        path: the field, for errors.
        value: the date or time.
        time: the time of a day that stands in a field of its own, as SAP's system has it.

    Raises:
        InvalidRecord: it is written in neither way, or no day that exists.
    """
    text = fields.text(value)
    if text is None:
        return None
    ticks = _TICKS.fullmatch(text)
    found = fields.moment(path, text) if ticks is None else _from_ticks(ticks)
    if found is None or found.date() >= _OPEN_END or found.date() <= _NO_DATE:
        return None
    return found + _time_of_day(path, time)


def day(path: str, value: str | None) -> date | None:
    """As `moment`, for a field without time.

    Raises:
        InvalidRecord: it is written in neither way, or no day that exists.
    """
    found = moment(path, value)
    return found.date() if found else None


def code(path: str, value: str | None, meanings: Mapping[str, str]) -> str | None:
    """What a code of one letter means; None when there is none.

    Raises:
        InvalidRecord: it is none of those that are known.
    """
    text = fields.text(value)
    if text is None or text in meanings:
        return text and meanings[text]
    known = ", ".join(meanings)
    raise InvalidRecord("enumeration", path, f"Expected one of {known}, not {text!r}")


def currency(code: str | None) -> str | None:
    """A currency; None for one of SAP's own, such as `USDN`, which ISO 4217 does not have."""
    try:
        return fields.currency("", code)
    except InvalidRecord:
        return None


def changed_at(
    times: Iterable[datetime | None], created_at: datetime | None, raw: bytes, origin: Origin
) -> datetime:
    """When the record last changed.

    SAP leaves the time of the last change empty until there is one: then it is as it was created,
    if it was asked for that time at all.
    """
    known = [time for time in times if time is not None]
    if known:
        return max(known)
    if created_at is not None and b'"LastChange' in raw:
        return created_at
    return origin.as_of


def data_of(attributes: JsonText) -> JsonText:
    """The attributes without what OData says of a record for itself.

    Those are addresses of the service, what was not expanded, version marks and messages.

    Raises:
        InvalidRecord: they are nested too deeply.
    """
    try:
        return JsonText(_data_of(attributes.encode()).decode())
    except RecursionError:
        raise InvalidRecord("nesting", "", "It is nested too deeply") from None


def _data_of(raw: bytes) -> bytes:
    if raw[:1] == b"[":
        return msgspec.json.encode([Raw(_data_of(bytes(each))) for each in _elements(raw)])
    if raw[:1] != b"{":
        return raw
    kept = {
        name: Raw(_data_of(bytes(value)))
        for name, value in _members(raw).items()
        if not _is_protocol(name) and not _is_deferred(bytes(value))
    }
    return msgspec.json.encode(kept)


def _is_protocol(name: str) -> bool:
    return name in _PROTOCOL or _V4_PROTOCOL in name


def _is_deferred(value: bytes) -> bool:
    return (
        value[:1] == b"{" and b'"__deferred"' in value and list(_members(value)) == ["__deferred"]
    )


def _from_ticks(ticks: re.Match[str]) -> datetime | None:
    """The offset is in minutes, and the time before it the local one."""
    offset = timedelta(minutes=int(ticks["offset"] or 0))
    try:
        return _EPOCH + timedelta(milliseconds=int(ticks["milliseconds"])) - offset
    except OverflowError:
        return None


def _time_of_day(path: str, time: str | None) -> timedelta:
    """`PT17H49M05S` in version 2, `17:49:05` in version 4."""
    text = fields.text(time)
    if text is None:
        return timedelta()
    duration = _DURATION.fullmatch(text)
    parts = duration.groups(default="0") if duration else text.partition(".")[0].split(":")
    try:
        hours, minutes, seconds = map(int, parts)
        known = clock(hours, minutes, seconds)
    except ValueError:
        raise InvalidRecord("date", path, f"Expected a time of day, not {text!r}") from None
    return timedelta(hours=known.hour, minutes=known.minute, seconds=known.second)
