"""Conditions on JSON documents, in the part of SQL/JSON path that says which documents match.

Checked here and not by PostgreSQL, so that a wrong one is told of at once, also where a job is
submitted. What is accepted is what PostgreSQL accepts (its manual, section 9.16.2) without
arithmetic, variables, `strict`, dates and the rarer methods.
"""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
      | (?P<number>-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?(?![\w.]))
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>\.\*\*|\.\*|==|!=|<>|<=|>=|&&|\|\||[$@.\[\]()?!<>*])
    )""",
    re.VERBOSE | re.ASCII,
)
_COMPARISONS: Final = frozenset({"==", "!=", "<>", "<", "<=", ">", ">="})
_CONSTANTS: Final = frozenset({"true", "false", "null"})
_METHODS: Final = frozenset({"size", "type"})
_INDEX = re.compile(r"0|[1-9]\d{0,5}")
# No repetition of a repetition, no class, no back-reference: what is left means the same to all.
_PATTERN = re.compile(r"\^?(?:[\w @/:,;'%&=<>~#-]|\.[*+]?)*\$?")
_DEEPEST: Final = 20


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def check(condition: str) -> str:
    """The condition itself.

    Raises:
        ValueError: in words for the user, when PostgreSQL might not understand it.
    """
    _Parser(_tokens(condition)).whole()
    return condition


def _tokens(condition: str) -> list[_Token]:
    tokens, place = [], 0
    end = len(condition.rstrip())
    while place < end:
        match = _TOKEN.match(condition, place)
        if match is None or match.lastgroup is None:
            place = end - len(condition[place:end].lstrip())
            sign = condition[place : place + 1]
            raise ValueError(f"character {place + 1} ({sign!r}) is not understood")
        kind = match.lastgroup
        tokens.append(_Token(kind, match[kind], match.start(kind)))
        place = match.end()
    return [*tokens, _Token("end", "", end)]


class _Parser:
    """Goes through the tokens from left to right; each method takes what it is named for."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._filters = 0
        self._depth = 0

    def whole(self) -> None:
        if self._peek() in {"!", "(", "exists"} or self._literal_is_next():
            self._alternatives()
        else:
            self._path()
            if self._peek():
                self._rest_of_comparison()
                self._rest_of_alternatives()
        if self._peek():
            raise self._expected("the end, && or ||")

    def _alternatives(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"the condition is nested deeper than {_DEEPEST} levels")
        self._one()
        self._rest_of_alternatives()
        self._depth -= 1

    def _rest_of_alternatives(self) -> None:
        while self._take("&&", "||"):
            self._one()

    def _one(self) -> None:
        if self._take("!"):
            if self._peek() not in {"(", "exists"}:
                raise self._expected("( or exists after !")
            self._one_group()
        elif self._peek() in {"(", "exists"}:
            self._one_group()
        else:
            self._operand()
            self._rest_of_comparison()

    def _one_group(self) -> None:
        if self._take("exists"):
            self._need("(")
            self._path()
        else:
            self._need("(")
            self._alternatives()
        self._need(")")

    def _rest_of_comparison(self) -> None:
        if self._take(*_COMPARISONS):
            self._operand()
        elif self._take("starts"):
            self._need("with")
            self._string()
        elif self._take("like_regex"):
            self._pattern()
        else:
            raise self._expected("a comparison such as == or >, starts with, or like_regex")

    def _operand(self) -> None:
        if self._literal_is_next():
            if self._tokens[self._next].kind == "string":
                self._string()
            else:
                self._next += 1
        else:
            self._path()

    def _path(self) -> None:
        roots = ("$", "@") if self._filters else ("$",)
        if not self._take(*roots):
            wanted = "@, $" if self._filters else "$"
            raise self._expected(f'{wanted} or a value such as "gold" or 3')
        while self._take(".", ".*", ".**", "[", "?"):
            self._step(self._tokens[self._next - 1].text)

    def _step(self, sign: str) -> None:
        if sign == ".":
            self._member()
        elif sign == "[":
            self._subscript()
        elif sign == "?":
            self._filter()

    def _member(self) -> None:
        token = self._tokens[self._next]
        if token.kind == "string":
            self._string()
            return
        if token.kind != "word":
            raise self._expected('a name, such as .terms or ."tax id"')
        self._next += 1
        if self._peek() == "(":
            if token.text not in _METHODS:
                raise ValueError(f"there is no method '{token.text}': size() and type() there are")
            self._next += 1
            self._need(")")

    def _subscript(self) -> None:
        token = self._tokens[self._next]
        if token.text not in {"*", "last"} and not _INDEX.fullmatch(token.text):
            raise self._expected("*, last or the place of an element, the first being 0")
        self._next += 1
        self._need("]")

    def _filter(self) -> None:
        self._need("(")
        self._filters += 1
        self._alternatives()
        self._filters -= 1
        self._need(")")

    def _string(self) -> str:
        token = self._tokens[self._next]
        if token.kind != "string":
            raise self._expected('a string such as "gold"')
        self._next += 1
        try:
            value: str = json.loads(token.text)
            value.encode()
        except ValueError:
            value = "\0"
        if "\0" in value:
            raise ValueError(f"the string at character {token.place + 1} has an unknown escape")
        return value

    def _pattern(self) -> None:
        place = self._tokens[self._next].place
        if not _PATTERN.fullmatch(self._string()):
            raise ValueError(
                f"the pattern at character {place + 1} may have letters, digits, '.', '.*', '.+', "
                "'^' at its beginning and '$' at its end"
            )
        if self._take("flag"):
            self._need('"i"')

    def _literal_is_next(self) -> bool:
        token = self._tokens[self._next]
        return token.kind in {"string", "number"} or token.text in _CONSTANTS

    def _peek(self) -> str:
        return self._tokens[self._next].text

    def _take(self, *texts: str) -> bool:
        if self._peek() not in texts:
            return False
        self._next += 1
        return True

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._expected(text)

    def _expected(self, what: str) -> ValueError:
        token = self._tokens[self._next]
        found = f"'{token.text}'" if token.text else "the end"
        return ValueError(f"at character {token.place + 1} {what} is expected, not {found}")


PathPredicate = Annotated[
    Annotated[str, AfterValidator(check), Field(max_length=1000)] | None,
    Field(
        default=None,
        description="A SQL/JSON path. Only records in which it finds something other than false "
        'and null: `$.score > 90`, `$.tags[*] == "export"`, `exists($.campaign)`, '
        '`$.billing ? (@.terms starts with "net")`. Compared with ==, !=, <, <=, >, >=, '
        '`starts with` and `like_regex "…" flag "i"`; joined with &&, || and !( ).',
        examples=["$.score > 90", '$.tags[*] == "export"'],
    ),
]
