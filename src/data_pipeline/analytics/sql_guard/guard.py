"""Judging one query. Imports the parser, so it is imported only when a query is to be judged."""

from collections.abc import Iterator, Mapping
from typing import Final

from pglast import ast, parser

from data_pipeline.analytics.sql_guard.checked import CheckedQuery
from data_pipeline.analytics.sql_guard.nodes import NODES, PLACES, REFUSED_PARTS
from data_pipeline.analytics.sql_guard.placeholders import (
    Numbered,
    number_parameters,
    placeholder,
)
from data_pipeline.analytics.sql_guard.refusal import (
    BAD_VALUE,
    NOT_ALLOWED,
    SYNTAX_ERROR,
    TOO_LARGE,
    QueryRefused,
)
from data_pipeline.analytics.sql_guard.repeatability import is_repeatable
from data_pipeline.analytics.sql_guard.rules import RULES
from data_pipeline.analytics.sql_guard.values import Context

MOST_CHARACTERS: Final = 20_000
MOST_LEVELS: Final = 250
MOST_TABLES: Final = 50

_TABLES: Final = (ast.RangeVar, ast.RangeSubselect, ast.RangeFunction, ast.JsonTable)


def check(text: str, values: Mapping[str, object]) -> CheckedQuery:
    """Judges a query with its parameters' values.

    Raises:
        QueryRefused: when it is not exactly one SELECT of what is allowed.
    """
    _check_size(text)
    numbered = number_parameters(text, values)
    unused = values.keys() - set(numbered.names)
    if unused:
        names = ", ".join(f":{name}" for name in sorted(unused))
        raise QueryRefused(f"The query does not use {names}.", sqlstate=BAD_VALUE)
    used = [values[name] for name in numbered.names]
    walk = _Walk(Context(values=used))
    try:
        walk.walk(_only_select(numbered.text))
    except QueryRefused as refused:
        if refused.offset is not None:
            refused.offset = numbered.original(refused.offset)
        raise
    return _checked(text, numbered, used, is_repeatable=walk.is_repeatable)


def _check_size(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise QueryRefused(
            f"The query has {len(text):,} characters; at most {MOST_CHARACTERS:,} are allowed.",
            sqlstate=TOO_LARGE,
        )
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise QueryRefused("The query has characters that are no text.", sqlstate=BAD_VALUE)


def _only_select(text: str) -> ast.SelectStmt:
    try:
        statements = parser.parse_sql(text)
    except parser.ParseError as error:
        message, offset = error.args
        raise QueryRefused(f"{message}.", sqlstate=SYNTAX_ERROR, offset=offset) from None
    if not statements:
        raise QueryRefused("There is no SQL in the query.", sqlstate=SYNTAX_ERROR)
    if len(statements) > 1:
        raise QueryRefused(
            f"The query has {len(statements)} statements; send one SELECT at a time.",
            offset=statements[1].stmt_location,
        )
    statement = statements[0].stmt
    if not isinstance(statement, ast.SelectStmt):
        kind = type(statement).__name__.removesuffix("Stmt")
        raise QueryRefused(f"Only SELECT is allowed, not {kind}.", offset=0)
    return statement


def _checked(
    text: str, numbered: Numbered, used: list[object], *, is_repeatable: bool
) -> CheckedQuery:
    values = {placeholder(number): value for number, value in enumerate(used, start=1)}
    return CheckedQuery(
        text=text,
        sql=numbered.sql,
        values=values,
        names=numbered.names,
        replacements=numbered.replacements,
        is_repeatable=is_repeatable,
    )


class _Walk:
    """Looks at every part of a parse tree; no part is allowed because of where it stands."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tables = 0
        self.is_repeatable = True

    def walk(self, root: ast.Node) -> None:
        """Judges a node and all below it, without recursion.

        Raises:
            QueryRefused: for the first thing that is not allowed.
        """
        # Each with its depth and the nearest place in the text above it.
        waiting: list[tuple[ast.Node, int, int | None]] = [(root, 1, None)]
        while waiting:
            node, depth, place = waiting.pop()
            own = getattr(node, "location", None)
            place = own if isinstance(own, int) and own >= 0 else place
            self._judge(node, depth, place)
            below = [(child, depth + 1, place) for child in _children(node, place)]
            waiting += reversed(below)

    def _judge(self, node: ast.Node, depth: int, place: int | None) -> None:
        if depth > MOST_LEVELS:
            raise QueryRefused(
                f"The query is nested more than {MOST_LEVELS} levels deep.",
                sqlstate=TOO_LARGE,
                offset=place,
            )
        if isinstance(node, _TABLES):
            self._tables += 1
        if self._tables > MOST_TABLES:
            raise QueryRefused(
                f"The query reads from more than {MOST_TABLES} places.",
                sqlstate=TOO_LARGE,
                offset=place,
            )
        rule = RULES.get(type(node))
        reason = rule(node, self._context) if rule else None
        if reason:
            raise QueryRefused(f"{reason}.", sqlstate=NOT_ALLOWED, offset=place)
        self.is_repeatable = self.is_repeatable and is_repeatable(node, self._context)


def _children(node: ast.Node, place: int | None) -> Iterator[ast.Node]:
    kind = type(node).__name__
    parts = NODES.get(kind)
    if parts is None:
        raise QueryRefused(f"{_in_words(kind)} is not allowed.", offset=place)
    for name in node.__slots__:
        value = getattr(node, name)
        if name in PLACES or value is None or value is False or value == ():
            continue
        if name not in parts:
            reason = REFUSED_PARTS.get((kind, name), f"{name} of {_in_words(kind)} is not allowed")
            raise QueryRefused(f"{reason}.", offset=place)
        yield from _nodes(value)


def _nodes(value: object) -> Iterator[ast.Node]:
    if isinstance(value, ast.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


_WORDS: Final[Mapping[str, str]] = {
    "InsertStmt": "INSERT",
    "UpdateStmt": "UPDATE",
    "DeleteStmt": "DELETE",
    "MergeStmt": "MERGE",
    "XmlExpr": "XML",
    "XmlSerialize": "XML",
    "RangeTableFunc": "XMLTABLE",
    "SetToDefault": "DEFAULT",
    "CurrentOfExpr": "CURRENT OF",
    "MergeSupportFunc": "MERGE_ACTION",
}


def _in_words(kind: str) -> str:
    return _WORDS.get(kind, kind)
