"""Values of properties: HubSpot writes each as text, whatever its type, and none as null or "".

https://developers.hubspot.com/docs/faq/how-should-timestamps-be-formatted-for-hubspots-apis
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from data_pipeline.sources import fields
from data_pipeline.sources.records import InvalidRecord

_NUMBER: Final = re.compile(r"[+-]?\d{1,200}(?:\.\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MILLISECONDS: Final = re.compile(r"-?\d{9,13}", re.ASCII)
_FLAGS: Final = {"true": True, "false": False}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST: Final = 10**15


def number(path: str, value: str | None) -> Decimal | None:
    """An exact number, rounded to six places: HubSpot computes in binary.

    Raises:
        InvalidRecord: it is no number, or 10^15 or more.
    """
    digits = fields.text(value)
    if digits is None:
        return None
    if _NUMBER.fullmatch(digits) is None:
        raise InvalidRecord("decimal", path, f"Expected a number, not {value!r}")
    return fields.computed(path, Decimal(digits))


def count(path: str, value: str | None) -> int | None:
    """A whole number of 0 or more.

    Raises:
        InvalidRecord: it is none.
    """
    found = number(path, value)
    if found is None:
        return None
    if found != found.to_integral_value() or not 0 <= found <= _MOST:
        raise InvalidRecord("range", path, f"Expected a whole number of 0 or more, not {value!r}")
    return int(found)


def flag(path: str, value: str | None) -> bool | None:
    """Yes or no.

    Raises:
        InvalidRecord: it is neither.
    """
    word = fields.text(value)
    if word is None:
        return None
    if word.lower() not in _FLAGS:
        raise InvalidRecord("type", path, f"Expected true or false, not {value!r}")
    return _FLAGS[word.lower()]


def moment(path: str, value: str | None) -> datetime | None:
    """A time as in ISO 8601 or, from older interfaces, in milliseconds since 1970; in UTC.

    Raises:
        InvalidRecord: it is neither, or does not exist.
    """
    written = fields.text(value)
    if written is None:
        return None
    if _MILLISECONDS.fullmatch(written):
        return _EPOCH + timedelta(milliseconds=int(written))
    try:
        return fields.moment(path, written).astimezone(UTC)
    except OverflowError:
        raise InvalidRecord("range", path, f"Expected a time in UTC, not {value!r}") from None


def several(value: str | None) -> list[str]:
    """The values of a property that holds several."""
    return [part for each in (value or "").split(";") if (part := each.strip())]
