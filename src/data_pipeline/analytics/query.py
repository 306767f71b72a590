"""Running a question's SQL for an immediate answer."""

import time
from datetime import UTC, datetime

import msgspec

from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.columns import columns_of
from data_pipeline.analytics.result import Result, encode_rows
from data_pipeline.aws.database import Connection

MOST_ROWS = 1000


def run(question: Question, connection: Connection, *, dataset_version: int) -> Result:
    """The first rows of the answer; `truncated` says that there are more.

    Raises:
        psycopg.Error: when the database refuses or stops the query.
    """
    statement = question.statement()
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement.sql.encode(), {**statement.values, "row_limit": MOST_ROWS + 1})
        rows = cursor.fetchall()
        columns = columns_of(cursor)
    duration = time.perf_counter() - started
    encoded, count = encode_rows(columns, rows[:MOST_ROWS])
    return Result(
        columns=columns,
        rows=msgspec.Raw(encoded),
        row_count=count,
        truncated=count < len(rows),
        dataset_version=dataset_version,
        generated_at=datetime.now(UTC),
        duration_ms=round(duration * 1000),
    )
