"""Types of the fields that sources share, and how their values become canonical."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final, get_args

from msgspec import Meta, Struct

from data_pipeline.canonical.codes import CountryCode, CurrencyCode, WithdrawnCurrencyCode
from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText
from data_pipeline.sources.records import InvalidRecord, json_text

# Longest key that PostgreSQL can still index with three of them together.
_LONGEST_ID: Final = 255
Id = Annotated[str, Meta(min_length=1, max_length=_LONGEST_ID)] | int
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(max_length=10_000)]

# Shape only; whether it can be delivered to, no pattern can say. At most 254 characters:
# RFC 5321, section 4.5.3.1.3. Exports write an absent address as an empty string. Possessive
# throughout: nothing is tried twice.
Email = Annotated[
    str,
    Meta(max_length=254, pattern=r"^\s*+(?:[^@\s]++@[^@\s.]++(?:\.[^@\s.]++)++)?+\s*+$"),
]

Count = Annotated[int, Meta(ge=0, le=10**15)]

# A quadrillion of anything is a mistake in the export, as is a part of a millionth.
_LARGEST_AMOUNT: Final = Decimal(10) ** 15
_MOST_DECIMAL_PLACES: Final = 6
_TWO_PLACES: Final = Decimal("0.01")

_CURRENCIES: Final = frozenset(get_args(CurrencyCode) + get_args(WithdrawnCurrencyCode))
_COUNTRIES: Final = frozenset(get_args(CountryCode))


class Money(Struct, gc=False):
    """An amount and the currency it is in."""

    amount: Decimal
    currency: CurrencyCode


class Address(Struct, gc=False):
    """Where something is. `country` is ISO 3166-1 alpha-2."""

    street: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: CountryCode | None = None


def identifier(value: str | int) -> str:
    """An id as text, whichever way the source writes it.

    Raises:
        InvalidRecord: nothing but white space, or longer than any id.
    """
    written = str(value)
    if len(written) > _LONGEST_ID:
        message = f"Expected an id of at most {_LONGEST_ID} digits, not one of {len(written)}"
        raise InvalidRecord("length", "", message)
    if written.isspace():
        raise InvalidRecord("required", "", f"Expected an id, not only white space: {written!r}")
    return written


def optional_identifier(value: str | int | None) -> str | None:
    """A reference as text; None when there is none.

    Raises:
        InvalidRecord: it is longer than any id.
    """
    written = "" if value is None else str(value)
    return identifier(written) if written and not written.isspace() else None


def unpadded(value: str | None) -> str | None:
    """A number of SAP's in the form that people know: without the zeros that fill it up.

    `0000104711` is `104711`, names are in upper case, and zero alone is no number.
    """
    known = text(value)
    if known is None or not (known.isascii() and known.isdigit()):
        return known and known.upper()
    return known.lstrip("0") or None


def text(value: str | None) -> str | None:
    """In Unicode's NFC, without white space around it; None when nothing is left."""
    if not value:
        return None
    return (value.strip() if value.isascii() else _normal(value)) or None


def _normal(value: str) -> str:
    return value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip()


def required_text(path: str, value: str) -> str:
    """In Unicode's NFC, without white space around it.

    Raises:
        InvalidRecord: nothing is left.
    """
    stripped = _normal(value)
    if not stripped:
        raise InvalidRecord("required", path, "Expected some text, not only white space")
    return stripped


def instant(value: datetime | None) -> datetime | None:
    """A time in UTC, which is also what a source means that gives no zone.

    Raises:
        InvalidRecord: it is in no year from 1 to 9999.
    """
    if value is None or value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else _in_utc("", value)


def _in_utc(path: str, value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        message = f"Expected a time in UTC in the years 1 to 9999, not {value.isoformat()}"
        raise InvalidRecord("range", path, message) from None


def amount(path: str, value: Decimal | None) -> Decimal | None:
    """An exact amount of money or goods.

    Raises:
        InvalidRecord: not a finite number, 10^15 or more, or with over six decimal places.
    """
    if value is None:
        return None
    if not value.is_finite():
        raise InvalidRecord("decimal", path, f"Expected a number, not {value}")
    if abs(value) >= _LARGEST_AMOUNT:
        raise InvalidRecord("range", path, f"Expected an amount below 10^15, not {value}")
    if _is_too_long(value):
        raise InvalidRecord("range", path, f"Expected at most six decimal places, not {value}")
    return value


def computed(path: str, value: Decimal | None) -> Decimal | None:
    """As `amount`, for a number that its source computes in binary: rounded to six places.

    Raises:
        InvalidRecord: not a finite number, or 10^15 or more.
    """
    if value is None or not value.is_finite() or abs(value) >= _LARGEST_AMOUNT:
        return amount(path, value)
    return round(value, _MOST_DECIMAL_PLACES) if _is_too_long(value) else value


def _is_too_long(value: Decimal) -> bool:
    if value.same_quantum(_TWO_PLACES):  # as most amounts are written, and found out soonest
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -exponent > _MOST_DECIMAL_PLACES


def moment(path: str, value: str) -> datetime:
    """A time of which some exports give the day only: its beginning in UTC, then.

    Raises:
        InvalidRecord: no day that exists, or not written as ISO 8601 says.
    """
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        message = f"Expected a date or time as in ISO 8601, not {value!r}"
        raise InvalidRecord("date", path, message) from None
    return _in_utc(path, parsed) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def money(path: str, value: Decimal | None, currency: str | None) -> Decimal | None:
    """As `amount`, for an amount whose currency is a field that may be absent.

    Raises:
        InvalidRecord: there is an amount and no currency.
    """
    if value is not None and currency is None:
        raise InvalidRecord("required", "currency", f"Expected the currency of {path}")
    return amount(path, value)


def priced(path: str, value: Decimal | None, currency: str | None) -> Decimal | None:
    """As `amount`, for a source that leaves the currency out: then there is no amount either."""
    return None if currency is None else amount(path, value)


def currency(path: str, code: str | None) -> str | None:
    """A currency by its ISO 4217 code in either case, also one that is in circulation no more.

    Raises:
        InvalidRecord: ISO 4217 never had it.
    """
    word = text(code)
    if word is None or word.upper() in _CURRENCIES:
        return word and word.upper()
    raise InvalidRecord("enumeration", path, f"Expected a currency of ISO 4217, not {word!r}")


def country(code: str | None) -> str | None:
    """The code if it is one of ISO 3166-1 alpha-2, in either case; None for any other."""
    word = text(code)
    return word.upper() if word and word.upper() in _COUNTRIES else None


def percentage(path: str, value: Decimal | None) -> Decimal | None:
    """A share in percent.

    Raises:
        InvalidRecord: below 0 or above 100.
    """
    percent = amount(path, value)
    if percent is not None and not 0 <= percent <= 100:
        raise InvalidRecord("range", path, f"Expected 0 to 100, not {percent}")
    return percent


def words(*canonical: str, **synonyms: str) -> Mapping[str, str]:
    """A closed list for `choice`: words that stand for themselves, and synonyms for them."""
    return {word: word for word in canonical} | synonyms


def choice(path: str, value: str | None, choices: Mapping[str, str]) -> str | None:
    """A word of a closed list, spelt the canonical way whatever its case and separators.

    Raises:
        InvalidRecord: the list does not have it.
    """
    if value is not None and value in choices:
        return choices[value]
    word = text(value)
    if word is None:
        return None
    try:
        return choices[word.lower().replace(" ", "_").replace("-", "_")]
    except KeyError:
        allowed = ", ".join(sorted(set(choices.values())))
        raise InvalidRecord(
            "enumeration", path, f"Expected one of {allowed}, not {word!r}"
        ) from None


def required_choice(path: str, value: str, choices: Mapping[str, str]) -> str:
    """As `choice`, for a field that must have a value.

    Raises:
        InvalidRecord: it is empty, or the list does not have it.
    """
    return choice(path, required_text(path, value), choices) or value


def external_ids(declared: Mapping[str, str | int | None]) -> JsonText:
    """The ids that a record declares to have in other systems, as a JSON object."""
    if not declared:
        return NO_ATTRIBUTES
    known = {system: str(value) for system, value in declared.items() if value}
    return json_text(known) if known else NO_ATTRIBUTES
