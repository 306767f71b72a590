"""Parameters by name, `:since`, as SQL clients over HTTP write them, and what is sent instead.

The text is read with PostgreSQL's own scanner, so a colon in a string, a comment, a cast `::` or a
quoted name is none of these. https://www.postgresql.org/docs/17/sql-syntax-lexical.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pglast import parser

from data_pipeline.analytics.sql_guard.checked import Replacement, original_offset
from data_pipeline.analytics.sql_guard.refusal import (
    SYNTAX_ERROR,
    TOO_LARGE,
    UNDEFINED_PARAMETER,
    QueryRefused,
)

# So many that a person or a tool does not write more, so few that the parser's recursion over
# the longest chain that they can make (`1+1+1+…`) stays far from the end of its stack.
MOST_TOKENS: Final = 5_000

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COLON: Final = "ASCII_58"
_SEMICOLON: Final = "ASCII_59"
_COMMENTS: Final = ("SQL_COMMENT", "C_COMMENT")


@dataclass(kw_only=True)
class Numbered:
    """A query with PostgreSQL's numbered parameters in place of the named ones.

    `text` holds `$1`, `$2`, …, `sql` psycopg's placeholders; `names` are the parameters in order.
    """

    text: str = ""
    sql: str = ""
    names: list[str] = field(default_factory=list)
    replacements: list[Replacement] = field(default_factory=list)
    length: int = 0

    def copy(self, text: str) -> None:
        """Appends text as it is."""
        self.text += text
        self.sql += text.replace("%", "%%")

    def number(self, name: str) -> int:
        """Appends a parameter, and gives the length of its number in `text`."""
        if name not in self.names:
            self.names.append(name)
        number = self.names.index(name) + 1
        sent = f" ${number} "  # without the spaces it could become part of a name before it
        self.text += sent
        self.sql += f" %({placeholder(number)})s "
        return len(sent)

    def original(self, offset: int) -> int | None:
        """The place in the author's text of a place in `text`."""
        return original_offset(self.replacements, offset, self.length)


def number_parameters(text: str, values: Mapping[str, object]) -> Numbered:
    """Replaces the named parameters, and leaves out a semicolon at the end.

    Raises:
        QueryRefused: when the text can't be read, is too long, or names a parameter without value.
    """
    tokens = _tokens(text)
    numbered = Numbered(length=len(text))
    done = 0
    for colon, token in pairwise(tokens):
        name = text[token.start : token.end + 1]
        if colon.name != _COLON or token.start != colon.end + 1 or not _NAME.fullmatch(name):
            continue
        if name not in values:
            raise QueryRefused(
                f"The parameter :{name} has no value in 'parameters'. If it is the end of an "
                f"array slice, write a space after the colon.",
                sqlstate=UNDEFINED_PARAMETER,
                offset=colon.start,
            )
        numbered.copy(text[done : colon.start])
        done = token.end + 1
        width = numbered.number(name)
        numbered.replacements.append(Replacement(start=colon.start, end=done, width=width))
    numbered.copy(text[done : _end(tokens, text)])
    return numbered


def placeholder(number: int) -> str:
    """Psycopg's name for a parameter, which can be no other of the statement's."""
    return f"parameter_{number}"


def _tokens(text: str) -> list[parser.Token]:
    try:
        tokens = [token for token in parser.scan(text) if token.name not in _COMMENTS]
    except parser.ParseError as error:
        message, offset = error.args
        raise QueryRefused(f"{message}.", sqlstate=SYNTAX_ERROR, offset=offset) from None
    if len(tokens) > MOST_TOKENS:
        raise QueryRefused(
            f"The query has {len(tokens):,} words and signs; at most {MOST_TOKENS:,} are allowed. "
            "Give long lists as a parameter: = ANY(:ids).",
            sqlstate=TOO_LARGE,
        )
    for token in tokens:
        if token.name == "PARAM":
            raise QueryRefused(
                "Write parameters by name, such as :since, not by number.",
                sqlstate=UNDEFINED_PARAMETER,
                offset=token.start,
            )
    return tokens


def _end(tokens: list[parser.Token], text: str) -> int:
    """Where the statement ends: before semicolons, and what stands behind them, at the end."""
    kept = len(tokens)
    while kept and tokens[kept - 1].name == _SEMICOLON:
        kept -= 1
    return tokens[kept].start if kept < len(tokens) else len(text)
