import pytest

from data_pipeline.analytics.catalog import parse
from data_pipeline.aws.problems import ProblemError


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"entity": "order_items"}, "/entity"),
        ({"direction": "sideways"}, "/direction"),
        ({"start_id": 0}, "/start_id"),
        ({"start_id": 2**63}, "/start_id"),
        ({"source_id": " "}, "/source_id"),
        ({"max_depth": 0}, "/max_depth"),
        ({"max_depth": 51}, "/max_depth"),
        ({"currency": "euro"}, "/currency"),
        ({"as_of": "yesterday"}, "/as_of"),
        ({"relationship_type": ""}, "/relationship_type"),
        ({"start_id": 1, "source_id": "CRM-1"}, ""),
    ],
)
def test_value_that_makes_no_hierarchy_is_refused(parameters: dict[str, object], at: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse("relationship_analysis", parameters)
    assert [error.pointer for error in caught.value.problem.errors] == [f"#/parameters{at}"]


def test_any_follows_relationships_of_all_kinds() -> None:
    values = parse("relationship_analysis", {"relationship_type": "any"}).statement().values
    assert values["relationship_type"] is None
