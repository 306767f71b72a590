from decimal import Decimal

import pytest
from pydantic import Field

from data_pipeline.analytics.operation import Parameters
from data_pipeline.analytics.query_values import parameter_values
from data_pipeline.analytics.questions import MOST_BODY_BYTES, from_body, from_query_string
from data_pipeline.aws.api import Request
from data_pipeline.aws.problems import Problem, ProblemError
from tests.unit.proxy_events import proxy_event


class Example(Parameters):
    """A parameter of every form."""

    number: int = 0
    amount: Decimal | None = None
    flag: bool = False
    names: tuple[str, ...] = ()
    maybe: list[str] | None = None
    either: str | list[str] = ""
    levels: tuple[tuple[str, ...], ...] = ()
    values: dict[str, int] = Field(default_factory=dict)


def _parsed(**given: list[str]) -> dict[str, object]:
    values = parameter_values(Example, given)
    return Example.model_validate(values).model_dump(exclude_defaults=True)


def _request(query: str = "", body: object = None) -> Request:
    return Request.from_event(proxy_event("GET", "/analytics", query=query, body=body))


def _problem(query: str) -> Problem:
    with pytest.raises(ProblemError) as caught:
        from_query_string(_request(query))
    return caught.value.problem


def test_texts_become_what_the_model_wants() -> None:
    parsed = _parsed(number=["7"], amount=["1.50"], flag=["true"])
    assert parsed == {"number": 7, "amount": Decimal("1.50"), "flag": True}


@pytest.mark.parametrize("name", ["names", "maybe"])
@pytest.mark.parametrize("texts", [["a", "b"], ["a,b"], ["a, b"], ['["a", "b"]']])
def test_list_is_repeated_or_has_commas_or_is_json(name: str, texts: list[str]) -> None:
    (value,) = _parsed(**{name: texts}).values()
    assert list(value) == ["a", "b"]  # type: ignore[call-overload]


def test_repeated_texts_keep_their_commas() -> None:
    assert _parsed(maybe=["a,b", "c"]) == {"maybe": ["a,b", "c"]}


def test_parameter_that_may_be_one_text_keeps_its_commas() -> None:
    assert _parsed(either=["a,b"]) == {"either": "a,b"}
    assert _parsed(either=["a", "b"]) == {"either": ["a", "b"]}


def test_objects_and_nested_lists_are_json() -> None:
    assert _parsed(values=['{"a": 1}'], levels=['[["a"], []]']) == {
        "values": {"a": 1},
        "levels": (("a",), ()),
    }


def test_what_is_no_list_may_be_given_once() -> None:
    problem = _problem("operation=customer_analysis&metric=order_count&metric=lifetime_value")
    assert problem.kind == "invalid-request"
    assert problem.errors[0].pointer == "#/parameters/metric"
    assert (
        _problem("operation=simple_demo&operation=simple_demo").errors[0].pointer == "#/operation"
    )


def test_unknown_operation_is_named_before_its_parameters() -> None:
    assert _problem("operation=nonsense&a=1&a=2").kind == "unknown-operation"
    assert _problem("metric=order_count").kind == "missing-operation"


def test_body_that_is_too_large_is_refused() -> None:
    body = {"operation": "simple_demo", "parameters": {"a": "x" * MOST_BODY_BYTES}}
    with pytest.raises(ProblemError) as caught:
        from_body(_request(body=body))
    assert caught.value.problem.status == 413
