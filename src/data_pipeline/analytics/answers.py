"""Answering a question: from the cache when the data has not changed, else from the database."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import psycopg
from aws_lambda_powertools.metrics import MetricUnit

from data_pipeline.analytics import cache, problems, query
from data_pipeline.analytics.cache import QueryCache
from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.result import Result
from data_pipeline.analytics.snapshot import snapshot
from data_pipeline.aws.database import (
    Database,
    DatabaseUnavailable,
    TransientDatabaseError,
    application_name,
    transient_errors,
)
from data_pipeline.aws.observability import logger, metrics

TIMEOUT_SECONDS = 25.0
_QUERY_CANCELED = "57014"


class CacheState(StrEnum):
    """Where an answer came from, as the header `X-Cache` says it."""

    HIT = "HIT"
    MISS = "MISS"
    BYPASS = "BYPASS"
    STALE = "STALE"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A result, what identifies it (`key`), where it came from, and its age in seconds."""

    result: Result
    key: str
    cache_state: CacheState
    age: int = 0


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """The asker already holds the answer that `key` identifies."""

    key: str


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
        try:
            return self._from_current_data(question, correlation_id, use_cache, held)
        except TransientDatabaseError:
            entry = self.cache.newest(question) if use_cache else None
            if entry is None:
                raise problems.database_unavailable() from None
            return Answer(result=entry.result, key="", cache_state=CacheState.STALE, age=entry.age)

    def _from_current_data(
        self, question: Question, correlation_id: str, use_cache: bool, held: Collection[str]
    ) -> Answer | NotModified:
        try:
            return self._attempt(question, correlation_id, use_cache, held)
        except DatabaseUnavailable:
            raise
        except TransientDatabaseError:
            # A connection kept from an earlier invocation may have died unnoticed.
            logger.info("second attempt")
            return self._attempt(question, correlation_id, use_cache, held)

    def _attempt(
        self, question: Question, correlation_id: str, use_cache: bool, held: Collection[str]
    ) -> Answer | NotModified:
        connection = self.database.connection(correlation_id)
        name = application_name(self.application, correlation_id)
        try:
            with (
                transient_errors(),
                snapshot(
                    connection, application_name=name, timeout_seconds=TIMEOUT_SECONDS
                ) as state,
            ):
                key = cache.key(question, state)
                if use_cache and key in held:
                    return NotModified(key=key)
                entry = self.cache.get(question, state) if use_cache else None
                if entry is not None:
                    metrics.add_metric("CacheHit", MetricUnit.Count, 1)
                    return Answer(
                        result=entry.result, key=key, cache_state=CacheState.HIT, age=entry.age
                    )
                result = query.run(question, connection, dataset_version=state.version)
        except psycopg.errors.QueryCanceled:
            raise problems.query_timeout(TIMEOUT_SECONDS) from None
        metrics.add_metric("QuerySeconds", MetricUnit.Seconds, result.duration_ms / 1000)
        self.cache.put(question, state, result)
        cache_state = CacheState.MISS if use_cache else CacheState.BYPASS
        return Answer(result=result, key=key, cache_state=cache_state)
