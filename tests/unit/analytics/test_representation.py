import pytest

from data_pipeline.analytics.representation import entity_tag, held_keys, wanted_format
from data_pipeline.aws.api import Request
from data_pipeline.aws.problems import ProblemError
from tests.unit.proxy_events import proxy_event


def _request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request.from_event(proxy_event("GET", "/analytics", headers=named))


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV; charset=utf-8", "csv"),
        ("application/json, text/csv", "json"),
        ("text/html, text/csv;q=0.9, */*;q=0.1", "csv"),
        ("application/json;q=0.5, text/csv", "csv"),
        ("text/csv;q=0, */*", "json"),
    ],
)
def test_format_follows_the_accept_header(accept: str, media: str) -> None:
    assert wanted_format(_request(Accept=accept)) == media


@pytest.mark.parametrize("accept", ["application/xml", "text/csv;q=0", "image/*;q=1"])
def test_format_that_cannot_be_served_is_refused(accept: str) -> None:
    with pytest.raises(ProblemError) as caught:
        wanted_format(_request(Accept=accept))
    assert caught.value.problem.status == 406


def test_held_answers_are_those_of_the_wanted_format() -> None:
    tags = ", ".join([entity_tag("one", "json"), entity_tag("two", "csv"), '"three.json"', "*"])
    request = _request(If_None_Match=tags)
    assert held_keys(request, media="json") == {"one", "three"}
    assert held_keys(request, media="csv") == {"two"}
