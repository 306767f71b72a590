"""Whatever is sent is refused with a problem or answered; nothing else happens."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data_pipeline.analytics import query
from data_pipeline.analytics.catalog import parse
from data_pipeline.analytics.snapshot import snapshot
from data_pipeline.aws.problems import Problem, ProblemError
from tests.integration.analytics.custom_sql.corpus import attacks, questions
from tests.integration.databases import TestDatabase

_TEXTS = [question.sql for question in questions()]
_PIECES = sorted(
    {
        piece
        for text in [*_TEXTS, *(attack.sql for attack in attacks())]
        for piece in text.split(" ")
        if piece
    }
)


@st.composite
def _broken(draw: st.DrawFn) -> str:
    """A query with a stretch cut out, or a piece of another put in."""
    text: str = draw(st.sampled_from(_TEXTS))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 10)))
    piece: str = draw(st.sampled_from(["", " ", *_PIECES]))
    return text[:start] + piece + text[end:]


@pytest.fixture(scope="module")
def reader(loaded_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(loaded_database.reader, prepare_threshold=None) as connection:
        yield connection


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example("SELECT ''::text AS a, 1e400::numeric AS b, 'NaN'::float8 AS c, 'infinity'::date AS d")
@example("SELECT 'infinity'::timestamptz AS a, '-infinity'::timestamp AS b")
@example("SELECT '294000-01-01'::timestamptz AS a, '4000-01-01 BC'::date AS b")
@example("SELECT interval '178000000 years' AS a, time '24:00' AS b, '{1,NULL}'::int[] AS c")
@example("SELECT 'NaN'::numeric AS a, 'Infinity'::numeric AS b, '\\xff'::bytea AS c")
@example("SELECT ROW(1, 'a') AS a, '[1,2)'::int4range AS b, '10.0.0.0/8'::cidr AS c, b'101' AS d")
@example("SELECT '1 year'::interval AS a, 'null'::jsonb AS b, '1'::json AS c, NULL AS d")
@example("SELECT FROM customers")
@given(st.one_of(_broken(), st.lists(st.sampled_from(_PIECES)).map(" ".join), st.text()))
def test_any_text_is_refused_or_answered(reader: psycopg.Connection, text: str) -> None:
    problem = _ask(reader, text)
    assert problem is None or (problem.status == 400 and problem.detail)


def _ask(reader: psycopg.Connection, text: str) -> Problem | None:
    try:
        asked = parse("custom_complex_query", {"query": text})
        with snapshot(reader, application_name="test", timeout_seconds=2) as state:
            query.read(asked, reader).result(dataset_version=state.version)
    except ProblemError as refused:
        return refused.problem
    except psycopg.errors.QueryCanceled:
        return None
    return None
