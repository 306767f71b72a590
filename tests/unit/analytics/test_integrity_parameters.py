import pytest

from data_pipeline.analytics.catalog import OPERATIONS, parse
from data_pipeline.aws.problems import ProblemError


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"entity": "order"}, "/entity"),
        ({"dimension": "accuracy"}, "/dimension"),
        ({"level": "row"}, "/level"),
        ({"as_of": "2026-13-01"}, "/as_of"),
        ({"max_age_days": 0}, "/max_age_days"),
        ({"max_open_days": "soon"}, "/max_open_days"),
        ({"max_silence_days": -1}, "/max_silence_days"),
        ({"min_score": 101}, "/min_score"),
        ({"max_score": -1}, "/max_score"),
        ({"min_score": 90, "max_score": 80}, ""),
        ({"examples": 101}, "/examples"),
        ({"scan": "half"}, "/scan"),
        ({"source_system": ""}, "/source_system"),
    ],
)
def test_value_that_checks_nothing_is_refused(parameters: dict[str, object], at: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse("data_integrity_analysis", parameters)
    assert [error.pointer for error in caught.value.problem.errors] == [f"#/parameters{at}"]


def test_answer_is_renewed_when_a_load_changed_nothing() -> None:
    assert OPERATIONS["data_integrity_analysis"].reads_ledger


def test_only_the_tables_asked_for_are_read() -> None:
    sql = parse("data_integrity_analysis", {"entity": "contacts"}).statement().sql
    assert 'canonical."contacts" AS record' in sql
    assert 'canonical."order_items" AS record' not in sql
