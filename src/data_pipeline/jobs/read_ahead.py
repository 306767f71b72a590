"""Reading a query's rows while those before are written."""

import threading
from collections.abc import Iterator, Sequence
from queue import Queue, ShutDown
from types import TracebackType
from typing import Self

import psycopg

from data_pipeline.jobs.cancellation import RunningQuery

type Rows = Sequence[tuple[object, ...]]
type Cursor = psycopg.ServerCursor[tuple[object, ...]]

_FIRST_ROWS = 32
_GROWTH = 4
_MOST_ROWS = 5_000
_MOST_BYTES = 4 * 1024 * 1024
_SAMPLE = 32


class ReadAhead:
    """The rows of an executed query in batches, of which the next is fetched meanwhile.

    Batches grow as long as their rows are small, so that the three that can be in memory have a
    few megabytes each, whatever the rows are like. Whoever leaves before the last of them stops
    the query, and after that nobody else uses the connection.
    """

    def __init__(self, cursor: Cursor, query: RunningQuery) -> None:
        self._cursor = cursor
        self._query = query
        self._fetched: Queue[Rows | BaseException] = Queue(maxsize=1)
        self._thread = threading.Thread(target=self._fetch, name="read-ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._fetched.shutdown(immediate=True)
        if kind is not None and self._thread.is_alive():
            self._query.stop()
        self._thread.join()

    def __iter__(self) -> Iterator[Rows]:
        """Gives batches until there are no more rows.

        Raises:
            psycopg.Error: as fetching raised it.
        """
        while True:
            fetched = self._fetched.get()
            if isinstance(fetched, BaseException):
                raise fetched
            if not fetched:
                return
            yield fetched

    def _fetch(self) -> None:
        count = _FIRST_ROWS
        try:
            while rows := self._cursor.fetchmany(count):
                self._fetched.put(rows)
                fitting = int(_MOST_BYTES / _bytes_of_a_row(rows))
                count = max(1, min(fitting, count * _GROWTH, _MOST_ROWS))
            self._fetched.put(())
        except ShutDown:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised where the rows are wanted
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        try:
            self._fetched.put(error)
        except ShutDown:
            return


def _bytes_of_a_row(rows: Rows) -> float:
    """About how many, from a few rows of all over the batch."""
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    return 1 + sum(len(str(value)) for row in sample for value in row) / len(sample)
