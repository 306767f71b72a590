"""Salesforce's ids: 15 characters that differ by case, or the same with three that check it.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
"""

import re
from typing import Final

from data_pipeline.sources.records import InvalidRecord

_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_SHORT: Final = 15
_GROUP: Final = 5

# One character says which of five are capital letters, the first in the lowest bit.
_CHECKS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

_TYPES: Final = {
    "001": "Account",
    "003": "Contact",
    "006": "Opportunity",
    "801": "Order",
    "802": "OrderItem",
    "01t": "Product2",
}


def is_id(value: str) -> bool:
    """Whether the text has the form of an id."""
    return _ID.fullmatch(value) is not None


def full(value: str) -> str:
    """The id in its form of 18 characters, so that one record has one id."""
    if len(value) != _SHORT:
        return value
    groups = (value[start : start + _GROUP] for start in range(0, _SHORT, _GROUP))
    return value + "".join(_CHECKS[_capitals(group)] for group in groups)


def required(path: str, value: str) -> str:
    """As `full`.

    Raises:
        InvalidRecord: it cannot be an id.
    """
    stripped = value.strip()
    if not is_id(stripped):
        raise InvalidRecord("format", path, f"Expected an id of 15 or 18 characters, not {value!r}")
    return full(stripped)


def optional(path: str, value: str | None) -> str | None:
    """As `required`; None when there is none."""
    return required(path, value) if value else None


def type_of(source_id: str) -> str | None:
    """The type of the record that has this id, if it is one of those that are mapped."""
    return _TYPES.get(source_id[:3])


def _capitals(group: str) -> int:
    return sum(1 << place for place, letter in enumerate(group) if "A" <= letter <= "Z")
