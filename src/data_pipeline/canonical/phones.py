"""Telephone numbers in the one form in which they can be compared."""

import re
from typing import Final

from data_pipeline.canonical.calling_codes import CALLING_CODES

# What people write between digits: spaces of several widths, dashes and brackets.
_SEPARATORS: Final = str.maketrans("", "", " -./()\t\u00a0\u2009\u202f\u2010\u2011\u2013")
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_EXTENSION: Final = re.compile(r"(?<=[0-9])(?:x|ext|extension|;ext=|#)([0-9]{1,6})")
_DIGITS: Final = re.compile(r"[0-9]{6,14}")
_LONGEST: Final = 15
_SHORTEST: Final = 8
_SHORTEST_OF_NO_COUNTRY: Final = 7

# Before a number that is called from within the country. Italy's zeros are part of the numbers.
_TRUNK_PREFIXES: Final = {"1": "1", "7": "8", "36": "06", "39": "", "378": ""}
_LENGTHS_WITH_TRUNK_PREFIX: Final = {"1": 11, "7": 11}


def phone_key(phone: str | None, country: str | None) -> str | None:
    """The number as ITU-T E.164 writes it, `+` and at most 15 digits.

    An extension stays, behind an `x`: without it, the number is that of a whole house. A number
    without international prefix is one of `country`; where that is unknown its digits alone are
    the key, which equals only that of others that nobody can place.

    Args:
        phone: as people write it.
        country: where its owner is, ISO 3166-1 alpha-2.

    Returns:
        None for what is no telephone number.
    """
    if phone is None:
        return None
    # Most are written so, and nothing has to be found out of them.
    number = phone.replace(" ", "").replace("-", "")
    if number.startswith("+") and _INTERNATIONAL.fullmatch(number):
        return number
    code = CALLING_CODES.get(country or "")
    number, extension = _without_extension(_without_trunk_zero(phone).translate(_SEPARATORS))
    number = _with_plus(number, code)
    if number.startswith("+"):
        return number + extension if _INTERNATIONAL.fullmatch(number) else None
    if not _DIGITS.fullmatch(number):
        return None
    if code is None:
        return number + extension if len(number) >= _SHORTEST_OF_NO_COUNTRY else None
    whole = code + _without_trunk_prefix(number, code)
    return f"+{whole}{extension}" if _SHORTEST <= len(whole) <= _LONGEST else None


def _without_trunk_zero(phone: str) -> str:
    """`+49 (0) 89`: the zero is for calls within the country."""
    return phone.replace("(0)", "") if phone.lstrip().startswith(("+", "00")) else phone


def _without_extension(number: str) -> tuple[str, str]:
    match = _EXTENSION.search(number.lower())
    if match is None or match.end() != len(number):
        return number, ""
    return number[: match.start()], f"x{match[1]}"


def _with_plus(number: str, code: str | None) -> str:
    if code == "1" and number.startswith("011"):
        return f"+{number[3:]}"
    return f"+{number[2:]}" if number.startswith("00") else number


def _without_trunk_prefix(number: str, code: str) -> str:
    length = _LENGTHS_WITH_TRUNK_PREFIX.get(code)
    if length is not None and len(number) != length:
        return number
    return number.removeprefix(_TRUNK_PREFIXES.get(code, "0"))
