"""What the database finds wrong with a user's SQL.

Of PostgreSQL's errors only the message and the hint are shown, and those only of the classes that
are about the query itself. The rest (files, memory, what the server was doing) stays in the log.
https://www.postgresql.org/docs/17/errcodes-appendix.html
"""

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from data_pipeline.analytics.operation import Statement, sql_file
from data_pipeline.analytics.query_problems import invalid_query
from data_pipeline.analytics.sql_guard.checked import CheckedQuery
from data_pipeline.aws.database import Connection
from data_pipeline.aws.observability import logger
from data_pipeline.aws.problems import ProblemError

_RELATIONS_SQL: Final = sql_file(__file__, "relations")

# Feature not supported, case not found, cardinality, data, syntax or access rule, limits.
_ABOUT_THE_QUERY: Final = ("0A", "20", "21", "22", "42", "54")
_TEMPORARY_FILES_TOO_LARGE: Final = "53400"
_INTERNAL_ERROR: Final = "XX000"
_UNDEFINED_TABLE: Final = "42P01"
_DATETIME_OVERFLOW: Final = "22008"

CURSOR_NAME: Final = "result"
DECLARE: Final = f'DECLARE "{CURSOR_NAME}" CURSOR FOR '
"""What psycopg sends before the query of the cursor of that name."""

_NAME: Final = re.compile(r'(?:(?:"[^"]+"|\w+)\s*\.\s*)?(?:"(?P<quoted>[^"]+)"|(?P<name>\w+))')
_NUMBER: Final = re.compile(r"\$(\d+)")


@contextmanager
def explained(
    statement: Statement, connection: Connection, *, sent_before: str = ""
) -> Iterator[None]:
    """Turns what the database finds wrong with a user's SQL into problems.

    It happens within a savepoint, so that the transaction can go on. `sent_before` is what the
    server gets before the statement.

    Raises:
        ProblemError: 400, when it is the query's fault.
        psycopg.Error: when it is not, or the query is not the user's.
    """
    query = statement.users_query
    if query is None:
        yield
        return
    try:
        with connection.transaction():
            yield
    except psycopg.Error as error:
        if not _is_about_the_query(error):
            raise
        offset = _offset(error, statement, query, len(sent_before))
        raise _failed(error, query, offset, connection) from None


def _is_about_the_query(error: psycopg.Error) -> bool:
    if _is_unreadable(error):
        return True
    state = error.sqlstate or ""
    return state.startswith(_ABOUT_THE_QUERY) or state in {
        _TEMPORARY_FILES_TOO_LARGE,
        _INTERNAL_ERROR,
    }


def _is_unreadable(error: psycopg.Error) -> bool:
    """Whether it is the client that can't take a value: Python's dates end with the year 9999."""
    return error.sqlstate is None and isinstance(error, psycopg.DataError)


def _failed(
    error: psycopg.Error, query: CheckedQuery, offset: int | None, connection: Connection
) -> ProblemError:
    if _is_unreadable(error):
        detail = f"A value of the result can't be shown: {error}. Cast it to text."
        return invalid_query(detail, sqlstate=_DATETIME_OVERFLOW)
    state = error.sqlstate or ""
    if state == _UNDEFINED_TABLE and offset is not None:
        return _unknown_table(query.text, offset, connection)
    if state == _INTERNAL_ERROR:
        logger.warning("a user's query failed", extra={"reason": str(error)})
        detail = "The database can't run this query; it may make a value that is too large."
        return invalid_query(detail, text=query.text, sqlstate=state, offset=offset)
    if state == _TEMPORARY_FILES_TOO_LARGE:
        detail = "The query needs more temporary space than a query may use. Narrow it."
        return invalid_query(detail, text=query.text, sqlstate=state, offset=None)
    return invalid_query(_message(error, query), text=query.text, sqlstate=state, offset=offset)


def _message(error: psycopg.Error, query: CheckedQuery) -> str:
    message = _NUMBER.sub(
        lambda match: _parameter(int(match[1]), query), error.diag.message_primary or "it failed"
    )
    hint = error.diag.message_hint
    return f"{message}. {hint}" if hint else f"{message}."


def _parameter(number: int, query: CheckedQuery) -> str:
    """A parameter as the user named it; the server counts them."""
    return f":{query.names[number - 1]}" if 0 < number <= len(query.names) else f"${number}"


def _offset(
    error: psycopg.Error, statement: Statement, query: CheckedQuery, before: int
) -> int | None:
    """Where in the user's text the server found it; it counts from 1, in all that was sent."""
    position = error.diag.statement_position
    if not position:
        return None
    return query.offset(int(position) - 1 - before - statement.users_offset)


def _unknown_table(text: str, offset: int, connection: Connection) -> ProblemError:
    match = _NAME.match(text, offset)
    name = (match["quoted"] or match["name"].lower()) if match else ""
    known = [str(row[0]) for row in connection.execute(_RELATIONS_SQL.encode())]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = (
        f"The nearest names: {', '.join(near)}."
        if near
        else "The operation database_info lists those there are."
    )
    return invalid_query(
        f"There is no table or view '{name}'. {hint}",
        text=text,
        sqlstate=_UNDEFINED_TABLE,
        offset=offset,
        suggestions=near,
    )
