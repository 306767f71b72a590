"""What the guard lets pass, run as the API runs it."""

from collections.abc import Iterator

import psycopg
import pytest

from data_pipeline.analytics import query
from data_pipeline.analytics.catalog import parse
from data_pipeline.analytics.snapshot import snapshot
from tests.integration.analytics.custom_sql.corpus import Question, questions
from tests.integration.databases import TestDatabase

QUESTIONS = questions()


@pytest.fixture(scope="module")
def reader(loaded_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(loaded_database.reader, prepare_threshold=None) as connection:
        yield connection


def test_corpus_is_as_large_as_promised() -> None:
    assert len({question.sql for question in QUESTIONS}) == len(QUESTIONS) >= 60


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.title)
def test_question_is_answered(reader: psycopg.Connection, question: Question) -> None:
    asked = parse(
        "custom_complex_query", {"query": question.sql, "parameters": question.parameters}
    )
    with snapshot(reader, application_name="test", timeout_seconds=20) as state:
        result = query.read(asked, reader).result(dataset_version=state.version)
    assert result.row_count > 0
