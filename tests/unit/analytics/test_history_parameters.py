from datetime import UTC, datetime

import pytest

from data_pipeline.analytics.catalog import parse
from data_pipeline.aws.problems import ProblemError


@pytest.mark.parametrize(
    ("parameters", "at", "reason"),
    [
        ({"entity": "persons"}, "/entity", "Input should be"),
        ({"id": 0}, "/id", "greater"),
        ({"id": 2**63}, "/id", "less"),
        ({"source_system": "crm", "source_id": ""}, "/source_id", "at least 1"),
        ({"source_system": "crm", "source_id": "a\0"}, "/source_id", "control character"),
        ({"id": 1, "source_system": "crm", "source_id": "C1"}, "", "not both"),
        ({"source_id": "C1"}, "", "Give the source_system"),
        ({"id": 1, "after_id": 5}, "", "leave it out"),
        ({"as_of": "yesterday"}, "/as_of", "datetime"),
        ({"as_of": "0001-01-01T00:00:00+14:00"}, "/as_of", "1900 to 2999"),
        ({"contains": {"contry": "DE"}}, "", "customers have no column 'contry', they have"),
        ({"contains": {"file_id": 1}}, "", "no column 'file_id'"),
        ({"contains": "gold"}, "/contains", "no JSON at character 1"),
        ({"limit": 0}, "/limit", "greater"),
        ({"after_id": -1}, "/after_id", "greater"),
    ],
)
def test_what_names_no_history_is_refused(
    parameters: dict[str, object], at: str, reason: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        parse("entity_history", parameters)
    (error,) = caught.value.problem.errors
    assert error.pointer == f"#/parameters{at}"
    assert reason.lower() in error.detail.lower()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-06-30T12:00:00", datetime(2026, 6, 30, 12, tzinfo=UTC)),
        ("2026-06-30T12:00:00+02:00", datetime(2026, 6, 30, 10, tzinfo=UTC)),
    ],
)
def test_time_is_utc_unless_it_says_otherwise(written: str, meant: datetime) -> None:
    assert parse("entity_history", {"as_of": written}).statement().values["as_of"] == meant
