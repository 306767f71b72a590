"""A query that passed, as the database gets it, and the way back to what its author wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A stretch of the author's text that was sent as another: a parameter's name as its number.

    `start` and `end` are offsets in the author's text, `width` the length of what was sent.
    """

    start: int
    end: int
    width: int


@dataclass(frozen=True, kw_only=True)
class CheckedQuery:
    """One SELECT, judged harmless.

    `text` is the author's, `sql` the same with psycopg's placeholders, `values` theirs. `names`
    are the author's for the parameters, in the order of the server's numbers for them. One that
    `is_repeatable` gives the same rows each time as long as the data are the same.
    """

    text: str
    sql: str
    values: Mapping[str, object]
    names: Sequence[str]
    replacements: Sequence[Replacement]
    is_repeatable: bool

    def offset(self, sent: int) -> int | None:
        """The place in the author's text of a place in the query that was sent for it."""
        return original_offset(self.replacements, sent, len(self.text))


def original_offset(replacements: Sequence[Replacement], sent: int, length: int) -> int | None:
    """The place in the original of a place in the text after replacement; None if beyond it."""
    longer = 0  # by how much what was sent is longer than what was written, up to here
    for replacement in replacements:
        start = replacement.start + longer
        if sent < start:
            break
        if sent < start + replacement.width:
            return replacement.start
        longer += replacement.width - (replacement.end - replacement.start)
    offset = sent - longer
    return offset if 0 <= offset <= length else None
