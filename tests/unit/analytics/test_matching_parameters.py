import pytest

from data_pipeline.analytics.catalog import parse
from data_pipeline.aws.problems import ProblemError


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"threshold": 0.29}, "/threshold"),
        ({"threshold": 1.01}, "/threshold"),
        ({"threshold": "high"}, "/threshold"),
        ({"threshold": "nan"}, "/threshold"),
        ({"customer_id": 0}, "/customer_id"),
        ({"source_systems": "crm"}, "/source_systems"),
        ({"source_systems": "crm,crm"}, "/source_systems"),
        ({"source_systems": ["crm", ""]}, "/source_systems/1"),
        ({"only_unmatched": "perhaps"}, "/only_unmatched"),
    ],
)
def test_value_that_compares_nothing_is_refused(parameters: dict[str, object], at: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse("entity_matching", parameters)
    assert [error.pointer for error in caught.value.problem.errors] == [f"#/parameters{at}"]


def test_systems_are_a_list_or_separated_by_commas() -> None:
    listed = parse("entity_matching", {"source_systems": ["crm", "erp"]})
    separated = parse("entity_matching", {"source_systems": "crm, erp"})
    assert listed.parameters == separated.parameters
