"""Customers' names in the form in which they are compared."""

import unicodedata
from typing import Final

LEGAL_FORMS: Final = frozenset({
    "co", "kg", "gmbh", "mbh", "ag", "ohg", "ug", "ev", "se", "sas", "sarl", "sa", "spa", "srl",
    "sl", "slu", "bv", "nv", "ab", "as", "oy", "oyj", "aps", "ltd", "limited", "plc", "llc", "llp",
    "lp", "inc", "incorporated", "corp", "corporation", "company", "kk", "pty", "pte", "sp", "z",
    "o", "oo", "doo",
})  # fmt: skip
"""What says of a name what kind of company it is. The database's `ingest.name_key` has the same."""

_FIRST_BEYOND_LATIN: Final = "\u0180"
_COMBINING_MARKS: Final = range(0x300, 0x370)


def _folded(character: str) -> str:
    """Without case, accents and dots; a space for what is neither letter nor digit."""
    if character == ".":
        return ""
    return "".join(
        part if part.isalnum() else " "
        for part in unicodedata.normalize("NFKD", character.lower())
        if ord(part) not in _COMBINING_MARKS
    )


_FOLDED: Final = {code: _folded(chr(code)) for code in range(ord(_FIRST_BEYOND_LATIN))}


def name_key(name: str) -> str | None:
    """The name without case, accents, punctuation and the legal form at its end.

    It is what the function `ingest.name_key` makes of it in the database, for names in Latin
    letters (to U+017F), which are nearly all where speed counts.

    Returns:
        None for a name with other characters, whose key the database works out when it is asked
        for, and for one without letters and digits, which has none.
    """
    if not name.isascii() and max(name) >= _FIRST_BEYOND_LATIN:
        return None
    text = name.translate(_FOLDED)
    words = text.split()
    # A legal form follows something, be it a sign.
    fewest = 0 if text.startswith(" ") else 1
    while len(words) > fewest and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words) or None
