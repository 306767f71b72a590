"""How Stripe writes times, references and money.

https://docs.stripe.com/currencies lists the currencies whose smallest unit is not a hundredth.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from msgspec import Meta, Raw, Struct

from data_pipeline.sources import fields
from data_pipeline.sources.fields import Id
from data_pipeline.sources.records import InvalidRecord

SYSTEM: Final = "stripe"

Timestamp = Annotated[int, Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970 in UTC, up to the year 9999."""

# Not ISO 4217's own table, which gives MGA two decimals and ISK and UGX none: amounts in those two
# are still counted in hundredths.
# fmt: off
_WITHOUT_DECIMALS: Final = frozenset((
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA",
    "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
))
# fmt: on
_WITH_THREE_DECIMALS: Final = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))

# A unit price may be a part of the smallest unit, with up to twelve decimals of it.
_LARGEST_UNIT_PRICE: Final = Decimal(10) ** 15


class Expanded(Struct, gc=False):
    """An object in place of its id, whole or as the stub of a deleted one."""

    id: Id


# https://docs.stripe.com/expand
Reference = str | Expanded | None


class Page(Struct, gc=False):
    """A list within an object. It may be the first of several pages."""

    data: list[Raw] = []


def moment(seconds: int | None) -> datetime | None:
    """The time as Stripe counts it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def reference(value: Reference) -> str | None:
    """The id, whichever way the object is named."""
    return fields.optional_identifier(str(value.id) if isinstance(value, Expanded) else value)


def expanded(**references: Reference) -> Iterator[str]:
    """The names of the references that are more than an id."""
    return (name for name, value in references.items() if isinstance(value, Expanded))


def amount(path: str, minor: int | None, currency: str) -> Decimal | None:
    """Money from the number of the currency's smallest units.

    Raises:
        InvalidRecord: it is 10^15 or more.
    """
    if minor is None:
        return None
    return fields.amount(path, Decimal(minor).scaleb(-_decimals(currency)))


def unit_price(path: str, minor: Decimal | None, currency: str) -> Decimal | None:
    """As `amount`, for a price that may be a part of the smallest unit.

    Raises:
        InvalidRecord: not a finite number, or 10^15 or more.
    """
    if minor is None:
        return None
    if not minor.is_finite() or abs(minor) >= _LARGEST_UNIT_PRICE:
        raise InvalidRecord("range", path, f"Expected an amount below 10^15, not {minor}")
    return minor.scaleb(-_decimals(currency))


def required_currency(path: str, code: str) -> str:
    """The currency that amounts are in.

    Raises:
        InvalidRecord: empty, or none of ISO 4217.
    """
    known = fields.currency(path, code)
    if known is None:
        raise InvalidRecord("required", path, "Expected a currency of ISO 4217")
    return known


def first_text(values: Iterable[str | None]) -> str | None:
    """The first that says anything."""
    return next(filter(None, map(fields.text, values)), None)


def _decimals(currency: str) -> int:
    if currency in _WITHOUT_DECIMALS:
        return 0
    return 3 if currency in _WITH_THREE_DECIMALS else 2
