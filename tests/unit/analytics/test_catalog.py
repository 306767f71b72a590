import contextlib
import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_pipeline.analytics.catalog import OPERATIONS, describe, parse
from data_pipeline.aws.problems import Problem, ProblemError


def _problem(operation: object, parameters: object) -> Problem:
    with pytest.raises(ProblemError) as caught:
        parse(operation, parameters)
    return caught.value.problem


def test_defaults_are_filled_in() -> None:
    question = parse("customer_analysis", {"as_of": "2026-06-30"})
    assert question.normalised() == {
        "metric": "lifetime_value",
        "group_by": "industry",
        "level": "customer",
        "timeframe": None,
        "as_of": "2026-06-30",
        "currency": None,
        "min_group_size": 1,
        "min_value": None,
    }


def test_analysis_looks_back_from_today_unless_told_otherwise() -> None:
    today = datetime.now(UTC).date()
    assert parse("customer_analysis", None).normalised()["as_of"] in {
        today.isoformat(),
        datetime.now(UTC).date().isoformat(),
    }


def test_strings_and_numbers_mean_the_same() -> None:
    as_text = parse("customer_analysis", {"min_group_size": "5", "min_value": "10.50"})
    as_json = parse("customer_analysis", {"min_group_size": 5, "min_value": 10.5})
    assert as_text.parameters == as_json.parameters


def test_equal_questions_have_equal_fingerprints_whatever_their_order() -> None:
    one = parse("customer_analysis", {"metric": "order_count", "as_of": "2026-01-01"})
    other = parse("customer_analysis", {"as_of": "2026-01-01", "metric": "order_count"})
    different = parse("customer_analysis", {"as_of": "2026-01-02", "metric": "order_count"})
    assert one.fingerprint() == other.fingerprint() != different.fingerprint()


def test_timeframe_that_reaches_before_all_calendars_is_explained_without_the_checkers_words() -> (
    None
):
    problem = _problem("customer_analysis", {"timeframe": "9000 years"})
    assert problem.status == 400
    assert [error.detail for error in problem.errors] == ["The timeframe begins before the year 1."]


def test_unknown_operation_lists_what_exists_and_suggests_the_nearest() -> None:
    problem = _problem("custmer_analysis", {})
    assert (problem.status, problem.kind) == (400, "unknown-operation")
    assert problem.extensions["suggestion"] == "customer_analysis"
    assert problem.extensions["availableOperations"] == sorted(OPERATIONS)
    assert "Did you mean 'customer_analysis'?" in problem.detail


def test_operation_unlike_any_other_gets_no_suggestion() -> None:
    assert "suggestion" not in _problem("zzz", {}).extensions


@pytest.mark.parametrize("operation", [None, ""])
def test_missing_operation_lists_what_exists(operation: str | None) -> None:
    problem = _problem(operation, {})
    assert problem.kind == "missing-operation"
    assert "simple_demo" in problem.detail


@pytest.mark.parametrize("operation", [7, ["simple_demo"], {"name": "simple_demo"}, True])
def test_operation_of_another_type_is_refused(operation: object) -> None:
    assert _problem(operation, {}).errors[0].pointer == "#/operation"


@pytest.mark.parametrize("parameters", ["metric", [], 3])
def test_parameters_of_another_type_are_refused(parameters: object) -> None:
    assert _problem("customer_analysis", parameters).errors[0].pointer == "#/parameters"


def test_unknown_parameter_suggests_the_nearest() -> None:
    (error,) = _problem("customer_analysis", {"groupby": "industry"}).errors
    assert error.pointer == "#/parameters/groupby"
    assert "Did you mean 'group_by'?" in error.detail


def test_unknown_parameter_of_an_operation_without_any() -> None:
    (error,) = _problem("simple_demo", {"limit": 3}).errors
    assert error.detail == "There is no parameter 'limit'; the operation takes none."


def test_every_wrong_parameter_is_reported_at_once() -> None:
    problem = _problem(
        "customer_analysis",
        {"metric": "lifetime_valu", "min_group_size": 0, "currency": "dollars", "timeframe": "x"},
    )
    assert {error.pointer for error in problem.errors} == {
        "#/parameters/metric",
        "#/parameters/min_group_size",
        "#/parameters/currency",
        "#/parameters/timeframe",
    }
    assert "'lifetime_value'" in problem.detail


def test_pointer_escapes_what_rfc_6901_escapes() -> None:
    (error,) = _problem("simple_demo", {"a/b~c": 1}).errors
    assert error.pointer == "#/parameters/a~1b~0c"


def test_catalog_describes_every_operation_with_schema_and_columns() -> None:
    operations = json.loads(msgspec.json.encode(describe()))["operations"]
    assert [operation["name"] for operation in operations] == list(OPERATIONS)
    for operation in operations:
        assert operation["description"]
        # Of a query of the user's own, the columns are the user's.
        assert operation["columns"] or operation["name"] == "custom_complex_query"
        assert operation["parameters"]["additionalProperties"] is False
        for schema in operation["parameters"].get("properties", {}).values():
            assert schema["description"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=12), children, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from(["metric", "group_by", "timeframe", "as_of", "min_value", "currency"])


@given(operation=_JSON, parameters=_JSON | st.dictionaries(_NAMES, _JSON, max_size=4))
def test_whatever_is_asked_is_a_question_or_a_problem(
    operation: object, parameters: object
) -> None:
    for name in (operation, "customer_analysis"):
        with contextlib.suppress(ProblemError):
            assert parse(name, parameters).statement().sql
