"""Answering a question: from the cache when the data has not changed, else from the database.

After a long query the server takes some 10 ms to end the transaction. Meanwhile a thread encodes
the rows and puts them into the cache; after a short one a thread would cost more than it saves.
"""

import time
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import psycopg
from aws_lambda_powertools.metrics import MetricUnit

from data_pipeline.analytics import cache, problems, query
from data_pipeline.analytics.cache import Entry, Finding, Found, QueryCache
from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.lease import Lease, wait_for_answer
from data_pipeline.analytics.query import Table
from data_pipeline.analytics.result import Result
from data_pipeline.analytics.snapshot import DatasetState, snapshot
from data_pipeline.aws.database import (
    Connection,
    Database,
    DatabaseUnavailable,
    TransientDatabaseError,
    application_name,
    transient_errors,
)
from data_pipeline.aws.observability import logger, metrics

TIMEOUT_SECONDS = 25.0
_LONG_QUERY_SECONDS = 0.1


class CacheState(StrEnum):
    """Where an answer came from, as the header `X-Cache` says it."""

    HIT = "HIT"
    MISS = "MISS"
    BYPASS = "BYPASS"
    STALE = "STALE"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A result, what identifies it (`key`), where it came from, and its age in seconds.

    Nothing identifies one that would be another if it was made again.
    """

    result: Result
    key: str
    cache_state: CacheState
    age: int = 0


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """The asker already holds the answer that `key` identifies."""

    key: str


@dataclass(frozen=True, kw_only=True)
class _BeingMade:
    """Somebody else is making the answer that `key` identifies."""

    key: str


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """A question and how it is asked.

    `use_cache` says whether a kept answer will do; none does for a question whose answer is not the
    same each time. `held` are the keys of answers that the asker already has. No query goes on
    after `deadline`, a moment of `time.monotonic`.
    """

    question: Question
    correlation_id: str
    use_cache: bool
    held: Collection[str]
    deadline: float

    def seconds_left(self) -> float:
        """The time that is left for a query.

        Raises:
            ProblemError: 504 when there is none.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise problems.query_timeout(TIMEOUT_SECONDS)
        return left


@dataclass(frozen=True, kw_only=True)
class Analytics:
    """The database and the cache that questions are put to."""

    application: str
    database: Database
    cache: QueryCache

    def answer(
        self,
        question: Question,
        *,
        correlation_id: str,
        use_cache: bool = True,
        held: Collection[str] = (),
    ) -> Answer | NotModified:
        """Answers a question; `held` are the keys of answers that the asker already has.

        Raises:
            ProblemError: 503 when the database is away and no kept answer may stand in for it,
                504 when the query takes too long.
        """
        inquiry = Inquiry(
            question=question,
            correlation_id=correlation_id,
            use_cache=use_cache and question.parameters.is_repeatable,
            held=held,
            deadline=time.monotonic() + TIMEOUT_SECONDS,
        )
        try:
            return self._from_current_data(inquiry)
        except TransientDatabaseError:
            entry = self.cache.newest(question) if inquiry.use_cache else None
            if entry is None:
                raise problems.database_unavailable() from None
            return Answer(result=entry.result, key="", cache_state=CacheState.STALE, age=entry.age)

    def _from_current_data(self, inquiry: Inquiry) -> Answer | NotModified:
        may_wait = inquiry.use_cache
        while True:
            answer = self._attempt_twice(inquiry, may_wait=may_wait)
            if not isinstance(answer, _BeingMade):
                return answer
            found = wait_for_answer(self.cache, answer.key, deadline=inquiry.deadline)
            if found.entry:
                return _hit(found.entry, answer.key)
            # The lease of a holder that died can be taken by one; of what failed or was too
            # large to keep, nobody has to wait for anybody.
            may_wait = found.finding is Finding.ABANDONED

    def _attempt_twice(
        self, inquiry: Inquiry, *, may_wait: bool
    ) -> Answer | NotModified | _BeingMade:
        try:
            return self._attempt(inquiry, may_wait=may_wait)
        except DatabaseUnavailable:
            raise
        except TransientDatabaseError:
            # A connection kept from an earlier invocation may have died unnoticed.
            logger.info("second attempt")
            return self._attempt(inquiry, may_wait=may_wait)

    def _attempt(self, inquiry: Inquiry, *, may_wait: bool) -> Answer | NotModified | _BeingMade:
        connection = self.database.connection(inquiry.correlation_id)
        name = application_name(self.application, inquiry.correlation_id)
        seconds = inquiry.seconds_left()
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="answer") as worker:
                with (
                    transient_errors(),
                    snapshot(connection, application_name=name, timeout_seconds=seconds) as state,
                ):
                    found = self._answer(inquiry, connection, state, worker, may_wait=may_wait)
                return found.result() if isinstance(found, Future) else found
        except psycopg.errors.QueryCanceled:
            raise problems.query_timeout(TIMEOUT_SECONDS) from None

    def _answer(
        self,
        inquiry: Inquiry,
        connection: Connection,
        state: DatasetState,
        worker: ThreadPoolExecutor,
        *,
        may_wait: bool,
    ) -> Answer | NotModified | _BeingMade | Future[Answer]:
        key = cache.key(inquiry.question, state)
        if inquiry.use_cache and key in inquiry.held:
            return NotModified(key=key)
        lease = Lease(self.cache, key)
        found = self._find(key, lease, may_wait=may_wait) if inquiry.use_cache else None
        if found and found.entry:
            return _hit(found.entry, key)
        if may_wait and found and found.finding is Finding.BEING_MADE:
            return _BeingMade(key=key)
        with lease.held() if found and found.finding is Finding.LEASED else nullcontext():
            table = query.read(inquiry.question, connection)
            metrics.add_metric("QuerySeconds", MetricUnit.Seconds, table.seconds)
            is_away = found is not None and found.finding is Finding.AWAY
            made = partial(self._made, inquiry, state, table, may_keep=not is_away)
            return worker.submit(made) if table.seconds > _LONG_QUERY_SECONDS else made()

    def _made(
        self, inquiry: Inquiry, state: DatasetState, table: Table, *, may_keep: bool
    ) -> Answer:
        question = inquiry.question
        result = table.result(dataset_version=state.version)
        cache_state = CacheState.MISS if inquiry.use_cache else CacheState.BYPASS
        if not question.parameters.is_repeatable:
            return Answer(result=result, key="", cache_state=cache_state)
        if may_keep:
            self.cache.put(question, state, result)
        return Answer(result=result, key=cache.key(question, state), cache_state=cache_state)

    def _find(self, key: str, lease: Lease, *, may_wait: bool) -> Found:
        """What the cache holds; where it holds nothing, the lease to make it."""
        found = self.cache.look(key)
        if may_wait and found.finding in {Finding.NOTHING, Finding.ABANDONED}:
            return lease.claim()
        return found


def _hit(entry: Entry, key: str) -> Answer:
    metrics.add_metric("CacheHit", MetricUnit.Count, 1)
    return Answer(result=entry.result, key=key, cache_state=CacheState.HIT, age=entry.age)
