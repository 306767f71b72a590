from datetime import timedelta

import pytest

from data_pipeline.aws.api import Request
from data_pipeline.aws.problems import Problem, ProblemError
from data_pipeline.jobs.listing import wanted_page
from data_pipeline.jobs.submissions import (
    LONGEST_WAIT_SECONDS,
    MOST_BODY_BYTES,
    preferred_wait,
    submission,
)
from tests.unit.proxy_events import proxy_event


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("", 0),
        ("wait=5", 5),
        ("respond-async, wait=10", 10),
        ('Wait = "7"', 7),
        ("return=minimal; foo, wait=3", 3),
        ("wait=600", LONGEST_WAIT_SECONDS),
        ("wait=soon", 0),
        ("await=5", 0),
        ("wait=-5", 0),
    ],
)
def test_preferred_wait_is_read_from_the_header(prefer: str, seconds: int) -> None:
    assert preferred_wait(prefer) == seconds


def _problem(body: object, **headers: str) -> Problem:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = proxy_event("POST", "/analytics/jobs", body=body, headers=named)
    with pytest.raises(ProblemError) as caught:
        submission(Request.from_event(event))
    return caught.value.problem


@pytest.mark.parametrize(
    ("body", "kind", "pointer"),
    [
        ({"operation": "nope"}, "unknown-operation", "#/operation"),
        ({}, "missing-operation", "#/operation"),
        ([], "invalid-request", "#"),
        (
            {"operation": "customer_analysis", "parameters": {"metric": 1}},
            "invalid-parameters",
            "#/parameters/metric",
        ),
        ({"operation": "simple_demo", "format": "xml"}, "invalid-request", "#/format"),
        ({"operation": "simple_demo", "format": ["csv"]}, "invalid-request", "#/format"),
        ({"operation": "simple_demo", "name": ""}, "invalid-request", "#/name"),
        ({"operation": "simple_demo", "ttl": 10_799}, "invalid-request", "#/ttl"),
        ({"operation": "simple_demo", "ttl": 10**30}, "invalid-request", "#/ttl"),
        ({"operation": "simple_demo", "ttl": True}, "invalid-request", "#/ttl"),
        ({"operation": "simple_demo", "ttl": "7 days"}, "invalid-request", "#/ttl"),
        ({"operation": "simple_demo", "formt": "csv"}, "invalid-request", "#/formt"),
    ],
)
def test_wrong_submission_is_refused_at_once(body: object, kind: str, pointer: str) -> None:
    problem = _problem(body)
    assert (problem.status, problem.kind) == (400, kind)
    assert problem.errors[0].pointer == pointer


def test_idempotency_key_has_a_longest_length() -> None:
    problem = _problem({"operation": "simple_demo"}, Idempotency_Key="k" * 256)
    assert "at most 255 characters" in problem.detail


def test_job_is_kept_for_a_week_or_as_long_as_wanted() -> None:
    def kept(**more: int) -> timedelta:
        body = {"operation": "simple_demo", **more}
        return submission(Request.from_event(proxy_event("POST", "/", body=body))).retention

    assert kept() == timedelta(days=7)
    assert kept(ttl=86_400) == timedelta(days=1)


def test_body_that_the_workflow_could_not_carry_is_refused() -> None:
    problem = _problem({"operation": "simple_demo", "name": "x" * MOST_BODY_BYTES})
    assert (problem.status, problem.kind) == (413, "request-too-large")


def test_misspelt_member_is_suggested() -> None:
    problem = _problem({"operation": "simple_demo", "parametrs": {}})
    assert "Did you mean 'parameters'?" in problem.detail


def test_same_body_has_the_same_hash_whatever_the_order_of_its_members() -> None:
    def hash_of(body: object) -> str:
        return submission(Request.from_event(proxy_event("POST", "/", body=body))).request_hash

    one = hash_of({"operation": "simple_demo", "format": "csv"})
    assert one == hash_of({"format": "csv", "operation": "simple_demo"})
    assert one != hash_of({"operation": "simple_demo"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "DONE"),
        ("limit", "0"),
        ("limit", "many"),
        ("since", "yesterday"),
        ("until", "2026-01-02T03:04:05"),
        ("nextToken", "!"),
        ("nextToken", "W10="),
        ("staus", "FAILED"),
    ],
)
def test_wrong_listing_is_refused(name: str, value: str) -> None:
    with pytest.raises(ProblemError) as caught:
        wanted_page({name: value})
    assert caught.value.problem.status == 400
    assert caught.value.problem.errors[0].pointer == f"#/{name}"
