"""Running a question's SQL for an immediate answer."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

import msgspec
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.columns import columns_of
from data_pipeline.analytics.operation import Statement
from data_pipeline.analytics.query_errors import explained
from data_pipeline.analytics.result import (
    MOST_BYTES_OF_ROWS,
    Result,
    ResultColumn,
    encode_row,
    encode_rows,
)
from data_pipeline.aws.database import Connection, is_pinned_by

MOST_ROWS = 1000
_ROWS_AT_A_TIME = 50

type Row = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The first rows of an answer, and the seconds that its query took.

    With more than `most_rows` or than fit into an answer, there are more.
    """

    columns: list[ResultColumn]
    rows: Sequence[Row]
    most_rows: int
    seconds: float

    def result(self, *, dataset_version: int) -> Result:
        """The rows as an answer has them; `truncated` says that there are more."""
        encoded, count = encode_rows(self.columns, self.rows[: self.most_rows])
        return Result(
            columns=self.columns,
            rows=msgspec.Raw(encoded),
            row_count=count,
            truncated=count < len(self.rows),
            dataset_version=dataset_version,
            generated_at=datetime.now(UTC),
            duration_ms=round(self.seconds * 1000),
        )


def read(question: Question, connection: Connection) -> Table:
    """The first rows of the answer.

    The connection is closed when RDS Proxy would keep a backend for it, or when it has more rows
    than fit into an answer.

    Raises:
        ProblemError: 400, when a user's own SQL is wrong.
        psycopg.Error: when the database refuses or stops the query.
    """
    statement = question.statement()
    most = min(MOST_ROWS, statement.most_rows or MOST_ROWS)
    read_rows = _read_users_query if statement.users_query else _read
    started = time.perf_counter()
    try:
        columns, rows = read_rows(statement, connection, most + 1)
    finally:
        if is_pinned_by(statement.sql):
            connection.close()
    seconds = time.perf_counter() - started
    return Table(columns=columns, rows=rows, most_rows=most, seconds=seconds)


def _read(
    statement: Statement, connection: Connection, row_limit: int
) -> tuple[list[ResultColumn], list[Row]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql.encode(), {**statement.values, "row_limit": row_limit})
        rows = cursor.fetchall()
        return columns_of(cursor), rows


def _read_users_query(
    statement: Statement, connection: Connection, row_limit: int
) -> tuple[list[ResultColumn], list[Row]]:
    """Reads no more than fits into an answer, however long the rows are that a user thinks up."""
    rows: list[Row] = []
    size = 0
    with explained(statement, connection), connection.cursor() as cursor:
        with _streamed(cursor, statement, row_limit) as stream:
            for batch in batched(stream, _ROWS_AT_A_TIME, strict=False):
                columns = columns_of(cursor)
                rows += batch
                size += sum(len(encode_row(columns, row)) for row in batch)
                if size > MOST_BYTES_OF_ROWS:
                    break
        if not rows:
            # psycopg does not tell the columns of a stream that had no row.
            cursor.execute(statement.sql.encode(), {**statement.values, "row_limit": 0})
        return columns_of(cursor), rows


@contextmanager
def _streamed(cursor: Cursor[Row], statement: Statement, row_limit: int) -> Iterator[Iterator[Row]]:
    """Rows while they come, without a cursor at the server, for which RDS Proxy would pin.

    Whoever leaves before the last of them loses the connection: psycopg would send a cancel
    request, which RDS Proxy does not pass on, and read all the rest.
    """
    values = {**statement.values, "row_limit": row_limit}
    rows = cursor.stream(statement.sql.encode(), values, size=_ROWS_AT_A_TIME)
    try:
        yield rows
    finally:
        if cursor.connection.info.transaction_status is TransactionStatus.ACTIVE:
            cursor.connection.close()
