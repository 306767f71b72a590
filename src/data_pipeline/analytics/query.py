"""Running a question's SQL for an immediate answer."""

import time
from datetime import UTC, datetime

import msgspec

from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.columns import columns_of
from data_pipeline.analytics.operation import Statement
from data_pipeline.analytics.query_errors import CURSOR_NAME, explained
from data_pipeline.analytics.result import (
    MOST_BYTES_OF_ROWS,
    Result,
    ResultColumn,
    encode_row,
    encode_rows,
)
from data_pipeline.aws.database import Connection

MOST_ROWS = 1000
_ROWS_AT_A_TIME = 50

type Table = tuple[list[ResultColumn], list[tuple[object, ...]]]


def run(question: Question, connection: Connection, *, dataset_version: int) -> Result:
    """The first rows of the answer; `truncated` says that there are more.

    Raises:
        ProblemError: 400, when a user's own SQL is wrong.
        psycopg.Error: when the database refuses or stops the query.
    """
    statement = question.statement()
    most = min(MOST_ROWS, statement.most_rows or MOST_ROWS)
    read = _read_users_query if statement.users_query else _read
    started = time.perf_counter()
    columns, rows = read(statement, connection, most + 1)
    duration = time.perf_counter() - started
    encoded, count = encode_rows(columns, rows[:most])
    return Result(
        columns=columns,
        rows=msgspec.Raw(encoded),
        row_count=count,
        truncated=count < len(rows),
        dataset_version=dataset_version,
        generated_at=datetime.now(UTC),
        duration_ms=round(duration * 1000),
    )


def _read(statement: Statement, connection: Connection, row_limit: int) -> Table:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql.encode(), {**statement.values, "row_limit": row_limit})
        rows = cursor.fetchall()
        return columns_of(cursor), rows


def _read_users_query(statement: Statement, connection: Connection, row_limit: int) -> Table:
    """Reads no more than fits into an answer, however long the rows are that a user thinks up."""
    values = {**statement.values, "row_limit": row_limit}
    rows: list[tuple[object, ...]] = []
    size = 0
    with explained(statement, connection), connection.cursor(name=CURSOR_NAME) as cursor:
        cursor.execute(statement.sql.encode(), values)
        columns = columns_of(cursor)
        while size <= MOST_BYTES_OF_ROWS and (batch := cursor.fetchmany(_ROWS_AT_A_TIME)):
            rows += batch
            size += sum(len(encode_row(columns, row)) for row in batch)
    return columns, rows
