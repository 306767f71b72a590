"""Whether the API's dependencies answer, and how fast."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.analytics.answers import Analytics
from data_pipeline.analytics.snapshot import DatasetState, snapshot
from data_pipeline.aws.database import TransientDatabaseError, application_name, transient_errors
from data_pipeline.aws.secrets import SecretUnreadable

_TIMEOUT_SECONDS = 3.0


class DependencyState(StrEnum):
    """Whether a dependency answers."""

    OK = "ok"
    UNAVAILABLE = "unavailable"


class OverallState(StrEnum):
    """Whether the API can do its work: in full, without its cache, or not at all."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


class Dependency(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A dependency, the milliseconds it took to answer, and what is wrong with it."""

    status: DependencyState
    latency_ms: float
    detail: str | None = None


class Dependencies(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Everything that an answer may need."""

    database: Dependency
    query_cache: Dependency


class Health(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The state of the API; only without its database can it not do its work."""

    status: OverallState
    time: datetime
    dataset_version: int | None
    data_changed_at: datetime | None
    dependencies: Dependencies


def check(analytics: Analytics, *, correlation_id: str) -> Health:
    """Asks each dependency one small question."""
    states: list[DatasetState] = []
    database = _measure(lambda: states.append(_dataset_state(analytics, correlation_id)))
    query_cache = _measure(analytics.cache.check)
    state = states[0] if states else None
    return Health(
        status=_overall(database=database, query_cache=query_cache),
        time=datetime.now(UTC),
        dataset_version=state.version if state else None,
        data_changed_at=state.changed_at.astimezone(UTC) if state else None,
        dependencies=Dependencies(database=database, query_cache=query_cache),
    )


def _dataset_state(analytics: Analytics, correlation_id: str) -> DatasetState:
    name = application_name(analytics.application, correlation_id)
    connection = analytics.database.connection(correlation_id)
    with (
        transient_errors(),
        snapshot(connection, application_name=name, timeout_seconds=_TIMEOUT_SECONDS) as state,
    ):
        return state


def _measure(question: Callable[[], object]) -> Dependency:
    started = time.perf_counter()
    try:
        question()
    except (BotoCoreError, ClientError, TransientDatabaseError, SecretUnreadable) as error:
        return Dependency(
            status=DependencyState.UNAVAILABLE, latency_ms=_since(started), detail=_reason(error)
        )
    return Dependency(status=DependencyState.OK, latency_ms=_since(started))


def _reason(error: Exception) -> str:
    """What the public may know: nothing of hosts, names or accounts."""
    if isinstance(error, TransientDatabaseError):
        return str(error)
    if isinstance(error, ClientError):
        return f"The service answered {error.response['Error']['Code']}."
    if isinstance(error, SecretUnreadable):
        return "The database's credentials cannot be read."
    return "The service cannot be reached."


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _overall(*, database: Dependency, query_cache: Dependency) -> OverallState:
    if database.status is not DependencyState.OK:
        return OverallState.UNAVAILABLE
    return OverallState.OK if query_cache.status is DependencyState.OK else OverallState.DEGRADED
