"""What the decoder says of a value that breaks a rule, in words for those who own the source."""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple


class Explanation(NamedTuple):
    """The rule that was broken, and what was expected instead.

    `member` is a name to be added to the place of the value, which is that of the object around it.
    `shows_value` says that the words have the value already, or that there is none.
    """

    rule: str
    words: str
    member: str = ""
    shows_value: bool = False


_TYPES: Final[Mapping[str, str]] = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date and time",
    "decimal": "a number",
    "float": "a number",
    "int": "a whole number",
    "object": "an object",
    "str": "text",
}


def explain(message: str) -> Explanation:
    """The rule, and the words, for a message of msgspec without its place."""
    for pattern, explanation in _MESSAGES.items():
        if found := pattern.search(message):
            return explanation(found)
    return Explanation("type", message)


def _missing(found: re.Match[str]) -> Explanation:
    words = "Expected a value, but the field is missing"
    return Explanation("required", words, member=found["name"], shows_value=True)


def _unknown_word(found: re.Match[str]) -> Explanation:
    words = f"Expected a code or word that is in this field's list, not {found['value']}"
    return Explanation("enumeration", words, shows_value=True)


def _too_short(_: re.Match[str]) -> Explanation:
    return Explanation("required", "Expected a value")


def _too_long(found: re.Match[str]) -> Explanation:
    return Explanation("length", f"Expected at most {int(found['limit']):,} characters")


def _too_low(found: re.Match[str]) -> Explanation:
    return Explanation("range", f"Expected {_types(found['types'])} of at least {found['limit']}")


def _too_high(found: re.Match[str]) -> Explanation:
    return Explanation("range", f"Expected {_types(found['types'])} of at most {found['limit']}")


def _absent(found: re.Match[str]) -> Explanation:
    rule = "type" if found["types"] == "object" else "required"  # null is no record at all
    return Explanation(rule, f"Expected {_types(found['types'])}")


def _other_type(found: re.Match[str]) -> Explanation:
    return Explanation("type", f"Expected {_types(found['types'])}")


def _always(rule: str, words: str) -> Callable[[re.Match[str]], Explanation]:
    return lambda _: Explanation(rule, words)


def _types(written: str) -> str:
    """`int | str | null` as people say it; that null is allowed too, nobody has to be told."""
    names = (name for name in written.split(" | ") if name != "null")
    return " or ".join(_TYPES.get(name, name) for name in names)


# Patterns of msgspec's messages: https://github.com/jcrist/msgspec, src/msgspec/_core.c
_MESSAGES: Final[Mapping[re.Pattern[str], Callable[[re.Match[str]], Explanation]]] = {
    re.compile(pattern): explanation
    for pattern, explanation in {
        r"^Object missing required field `(?P<name>.*)`$": _missing,
        r"^Invalid enum value (?P<value>.*)$": _unknown_word,
        r"^Invalid RFC3339 encoded datetime$": _always(
            "date", "Expected a date and time that exist, such as 2026-01-31T12:00:00Z"
        ),
        r"^Invalid RFC3339 encoded date$": _always(
            "date", "Expected a date that exists, such as 2026-01-31"
        ),
        r"^Invalid decimal": _always("decimal", "Expected a number, such as 12.50"),
        r"out of range$": _always("range", "Expected a number of an ordinary size"),
        # The one pattern there is: see fields.Email.
        r"matching regex": _always("format", "Expected an e-mail address"),
        r"^Expected `\w+` of length >= 1$": _too_short,
        r"^Expected `\w+` of length <= (?P<limit>\d+)$": _too_long,
        r"^Expected `(?P<types>[^`]+)` >= (?P<limit>.+)$": _too_low,
        r"^Expected `(?P<types>[^`]+)` <= (?P<limit>.+)$": _too_high,
        r"^Expected `(?P<types>[^`]+)`, got `null`$": _absent,
        r"^Expected `(?P<types>[^`]+)`": _other_type,
    }.items()
}

RULES: Final = frozenset({"required", "enumeration", "date", "decimal", "range", "format", "length",
                          "type"})  # fmt: skip
