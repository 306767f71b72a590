"""Whether the API's dependencies answer, and how fast."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.analytics.answers import Analytics
from data_pipeline.analytics.snapshot import DatasetState, snapshot
from data_pipeline.aws.database import TransientDatabaseError, application_name, transient_errors
from data_pipeline.aws.secrets import SecretUnreadable

_TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Health:
    """The state of the API; only without its database can it not do its work."""

    document: dict[str, object]
    can_serve: bool


def check(analytics: Analytics, *, correlation_id: str) -> Health:
    """Asks each dependency one small question."""
    states: list[DatasetState] = []
    database = _measure(lambda: states.append(_dataset_state(analytics, correlation_id)))
    query_cache = _measure(analytics.cache.check)
    document: dict[str, object] = {
        "status": _overall(database=database, query_cache=query_cache),
        "time": datetime.now(UTC),
        "datasetVersion": states[0].version if states else None,
        "dataChangedAt": states[0].changed_at.astimezone(UTC) if states else None,
        "dependencies": {"database": database, "queryCache": query_cache},
    }
    return Health(document=document, can_serve=bool(states))


def _dataset_state(analytics: Analytics, correlation_id: str) -> DatasetState:
    name = application_name(analytics.application, correlation_id)
    connection = analytics.database.connection(correlation_id)
    with (
        transient_errors(),
        snapshot(connection, application_name=name, timeout_seconds=_TIMEOUT_SECONDS) as state,
    ):
        return state


def _measure(question: Callable[[], object]) -> dict[str, object]:
    started = time.perf_counter()
    try:
        question()
    except (BotoCoreError, ClientError, TransientDatabaseError, SecretUnreadable) as error:
        return {"status": "unavailable", "latencyMs": _since(started), "detail": _reason(error)}
    return {"status": "ok", "latencyMs": _since(started)}


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


def _overall(*, database: dict[str, object], query_cache: dict[str, object]) -> str:
    if database["status"] != "ok":
        return "unavailable"
    return "ok" if query_cache["status"] == "ok" else "degraded"
