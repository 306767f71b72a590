"""Running a job's query: a small result is given back, a large one streams to S3."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

import msgspec
import psycopg

from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.columns import columns_of
from data_pipeline.analytics.query_errors import CURSOR_NAME, DECLARE, explained
from data_pipeline.analytics.result import Result, ResultColumn
from data_pipeline.analytics.snapshot import DatasetState, snapshot
from data_pipeline.aws.database import Connection, Database, application_name, transient_errors
from data_pipeline.jobs.cancellation import RunningQuery
from data_pipeline.jobs.exports import export, is_always_stored, upload_for
from data_pipeline.jobs.job import Format, Progress
from data_pipeline.jobs.lines import JsonLines
from data_pipeline.jobs.read_ahead import Cursor, ReadAhead, Rows
from data_pipeline.jobs.store import JobStore
from data_pipeline.jobs.upload import Upload
from data_pipeline.jobs.values import read_as_text
from data_pipeline.jobs.watch import Watch

APPLICATION = "job-runner"
MOST_INLINE_ROWS = 1000
# Between two states of the workflow passes at most 256 KB, in which the result is a string with
# each quote escaped: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_INLINE_BYTES = 200_000
# The function has 900 s, and needs some of them to store what it has read.
_TIMEOUT_SECONDS = 840.0


class JobCancelled(Exception):  # noqa: N818 - says what happened, as the workflow names it
    """The job was cancelled while its query ran."""


class QueryTimeout(Exception):  # noqa: N818 - says what happened, as the workflow names it
    """The database stopped the query because it took too long."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What the workflow learns: the result itself (`inline`) or its S3 key (`stored`)."""

    kind: str
    row_count: int
    bytes: int
    duration_ms: int
    result_json: str | None = None
    result_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """The job to run."""

    job_id: str
    question: Question
    format: Format


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Where data is read, progress is reported, and large results go."""

    database: Database
    store: JobStore
    bucket: str

    def run(self, assignment: Assignment) -> Outcome:
        """Runs the query once, on a connection of its own that is named after the job.

        Raises:
            TransientDatabaseError: when another attempt may succeed.
            JobCancelled: when the job was cancelled meanwhile.
            QueryTimeout: when the query took too long.
            ProblemError: when the user's own SQL is wrong.
            psycopg.Error: when the database refuses the query.
        """
        connection = self.database.open(assignment.job_id)
        try:
            with transient_errors():
                return _Export(assignment, connection, self).run()
        finally:
            connection.close()


class _Export:
    """One run of one query."""

    def __init__(self, assignment: Assignment, connection: Connection, runner: Runner) -> None:
        self._assignment = assignment
        self._connection = connection
        self._running = RunningQuery(
            database=runner.database, name=application_name(APPLICATION, assignment.job_id)
        )
        self._store = runner.store
        self._bucket = runner.bucket
        self._rows = 0
        self._upload: Upload | None = None
        self._started = time.perf_counter()
        self._timeout = min(_TIMEOUT_SECONDS, assignment.question.operation.most_job_seconds)

    def run(self) -> Outcome:
        watch = Watch(
            store=self._store,
            job_id=self._assignment.job_id,
            query=self._running,
            progress=self._progress,
        )
        try:
            with (
                watch,
                snapshot(
                    self._connection,
                    application_name=self._running.name,
                    timeout_seconds=self._timeout,
                ) as state,
            ):
                return self._query(state, watch)
        except psycopg.errors.QueryCanceled:
            if watch.is_cancelled:
                raise JobCancelled(self._assignment.job_id) from None
            raise QueryTimeout(f"The query took more than {self._timeout:g} seconds.") from None

    def _progress(self) -> Progress:
        return Progress(rows=self._rows, bytes=self._upload.bytes_written if self._upload else 0)

    def _query(self, state: DatasetState, watch: Watch) -> Outcome:
        statement = self._assignment.question.statement()
        # All rows are wanted, so the plan that is fastest to the last row, not to the first.
        self._connection.execute("SET LOCAL cursor_tuple_fraction = 1")
        with (
            explained(statement, self._connection, sent_before=DECLARE),
            self._connection.cursor(name=CURSOR_NAME) as cursor,
        ):
            read_as_text(cursor)
            values = {**statement.values, "row_limit": statement.most_rows}
            cursor.execute(statement.sql.encode(), values)
            return self._read(cursor, state, watch)

    def _read(self, cursor: Cursor, state: DatasetState, watch: Watch) -> Outcome:
        columns = columns_of(cursor)
        with ReadAhead(cursor, self._running) as reading:
            batches = iter(reading)
            first: list[tuple[object, ...]] = []
            if not is_always_stored(self._assignment.format):
                result = self._inline_result(columns, first, batches, state)
                if result is not None:
                    return result
            rows = chain([first] if first else [], batches)
            return self._store_rows(columns, cursor, rows, state, watch)

    def _inline_result(
        self,
        columns: list[ResultColumn],
        read: list[tuple[object, ...]],
        batches: Iterator[Rows],
        state: DatasetState,
    ) -> Outcome | None:
        """The result as one text, or None when it is too long for the workflow's state.

        Adds to `read` what it has read of it.
        """
        lines = JsonLines(columns)
        encoded = bytearray()
        for batch in batches:
            read += batch
            encoded += lines.encode(batch)
            if len(read) > MOST_INLINE_ROWS or len(encoded) > MOST_INLINE_BYTES:
                return None
        rows = b"[" + encoded.rstrip(b"\n").replace(b"\n", b",") + b"]"
        result = Result(
            columns=columns,
            rows=msgspec.Raw(rows),
            row_count=len(read),
            truncated=False,
            dataset_version=state.version,
            generated_at=datetime.now(UTC),
            duration_ms=self._milliseconds(),
        )
        text = msgspec.json.encode(result).decode()
        if len(msgspec.json.encode(text)) > MOST_INLINE_BYTES:
            return None
        return Outcome(
            kind="inline",
            row_count=len(read),
            bytes=len(rows),
            duration_ms=self._milliseconds(),
            result_json=text,
        )

    def _store_rows(
        self,
        columns: list[ResultColumn],
        cursor: Cursor,
        batches: Iterator[Rows],
        state: DatasetState,
        watch: Watch,
    ) -> Outcome:
        metadata = {
            "operation": self._assignment.question.operation.name,
            "dataset-version": str(state.version),
        }
        with upload_for(
            self._assignment.format,
            bucket=self._bucket,
            job_id=self._assignment.job_id,
            metadata=metadata,
        ) as upload:
            self._upload = upload
            export(self._assignment.format, columns, cursor, self._counted(batches, watch), upload)
        return Outcome(
            kind="stored",
            row_count=self._rows,
            bytes=upload.bytes_written,
            duration_ms=self._milliseconds(),
            result_key=upload.key,
        )

    def _counted(self, batches: Iterator[Rows], watch: Watch) -> Iterator[Rows]:
        for batch in batches:
            if watch.is_cancelled:
                raise JobCancelled(self._assignment.job_id)
            yield batch
            self._rows += len(batch)

    def _milliseconds(self) -> int:
        return round((time.perf_counter() - self._started) * 1000)
