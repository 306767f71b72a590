"""What each operation is asked: its defaults, or something sensible where it needs to be told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from data_pipeline.analytics.catalog import OPERATIONS, Question, parse

_NEEDED: Final[Mapping[str, Mapping[str, object]]] = {
    "custom_complex_query": {
        "query": "SELECT status, count(*) AS orders, sum(total) AS total FROM canonical.orders "
        "WHERE deleted_at IS NULL AND currency = 'EUR' AND ordered_at >= :since "
        "GROUP BY status ORDER BY orders DESC",
        "parameters": {"since": (datetime.now(UTC).date() - timedelta(days=90)).isoformat()},
    },
    "entity_history": {"entity": "customers", "source_system": "erp", "source_id": "CUS-0000015"},
}


def questions() -> list[Question]:
    """One for each operation there is.

    Raises:
        ProblemError: an operation needs parameters that are not written here.
    """
    return [parse(name, dict(_NEEDED.get(name, {}))) for name in OPERATIONS]


def parameters_of(question: Question) -> Mapping[str, object]:
    """What is sent to ask it."""
    return _NEEDED.get(question.operation.name, {})
