"""What users are told, through the function that the API calls."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from data_pipeline.analytics.operations import custom_complex_query
from local.state import Environment
from tests.integration import sales
from tests.integration.databases import TestDatabase
from tests.integration.function_environment import Invoke, body

SECRETS = ("127.0.0.1", "54320", "/home", "/usr", "psycopg", "Traceback", "pg_tblspc", "CONTEXT")


@pytest.fixture(autouse=True)
def loaded(database_url: sales.Conninfos) -> None:
    sales.load(database_url.owner)


@pytest.fixture
def ask(invoke: Invoke) -> Any:
    def ask(query: str, **more: Any) -> tuple[int, dict[str, Any]]:
        asked = {"operation": "custom_complex_query", "parameters": {"query": query, **more}}
        answer = invoke("POST", "/analytics", body=asked)
        assert not any(secret in str(answer["body"]) for secret in SECRETS)
        return int(answer["statusCode"]), body(answer)

    return ask


def test_missing_table_is_named_with_its_place(ask: Any) -> None:
    status, problem = ask("SELECT * FROM non_existent_table")
    assert status == 400
    assert problem["type"] == "/problems/invalid-query"
    assert problem["detail"] == (
        "Line 1, column 15: There is no table or view 'non_existent_table'. "
        "The operation database_info lists those there are."
    )
    assert problem["sqlState"] == "42P01"
    assert (problem["line"], problem["column"]) == (1, 15)
    assert problem["excerpt"] == "SELECT * FROM non_existent_table\n" + " " * 14 + "^"
    assert problem["errors"] == [{"pointer": "#/parameters/query", "detail": problem["detail"]}]


def test_misspelt_table_brings_the_nearest_names(ask: Any) -> None:
    _, problem = ask("SELECT 1 AS one,\n\t:n AS two\n FROM canonical.custmers", parameters={"n": 1})
    assert problem["suggestions"][0] == "customers"
    assert (problem["line"], problem["column"]) == (3, 7)


@pytest.mark.parametrize(
    ("query", "state", "words"),
    [
        ("SELECT FRM customers x", "42601", 'syntax error at or near "x"'),
        ("SELECT 'a", "42601", "unterminated quoted string"),
        ("SELECT nam FROM customers", "42703", "Perhaps you meant to reference the column"),
        ("SELECT 1 / 0 AS one", "22012", "division by zero"),
        ("SELECT 'Acme'::int AS one", "22P02", 'invalid input syntax for type integer: "Acme"'),
        ("SELECT sum(name) AS one FROM customers", "42883", "function sum(text) does not exist"),
        ("SELECT 1 AS a, 2 AS a", "42701", "Several columns are named a"),
        ("SELECT (SELECT id FROM customers) AS one", "21000", "more than one row"),
        ("SELECT date '2026-02-30' AS day", "22008", "out of range"),
        ("SELECT name, count(*) FROM customers", "42803", "must appear in the GROUP BY clause"),
        ("SELECT repeat(repeat('x', 1000), 1000) || 'x' AS a", "54000", "1,000,000 bytes"),
        ("SELECT pg_sleep(1)", "42501", "function pg_sleep is not among those"),
        ("DELETE FROM customers", "42501", "Only SELECT is allowed"),
        ("SELECT * FROM ingest.files", "42501", "The schema ingest can't be read"),
        ("SELECT :n AS n", "42P02", "parameter :n has no value"),
        ("SELECT $1 AS n", "42P02", "by name"),
        ("  ", "", "at least 1 character"),
        ("-- nothing", "42601", "no SQL"),
    ],
)
def test_mistake_is_explained(ask: Any, query: str, state: str, words: str) -> None:
    status, problem = ask(query)
    assert status == 400
    assert problem.get("sqlState", "") == state
    assert words in problem["detail"]


def test_query_without_end_is_a_timeout(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_pipeline.analytics.answers.TIMEOUT_SECONDS", 0.3)
    status, problem = ask(
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t) SELECT count(*) AS n FROM t"
    )
    assert (status, problem["type"]) == (504, "/problems/query-timeout")


def test_query_that_fills_the_disk_is_ended(
    ask: Any, environment: Environment, database_url: TestDatabase
) -> None:
    role_here = sql.SQL(
        "ALTER ROLE analytics_reader IN DATABASE {name} SET temp_file_limit = '1MB'"
    )
    with psycopg.connect(environment.admin_conninfo(), dbname=database_url.name) as admin:
        admin.execute(role_here.format(name=sql.Identifier(database_url.name)))
    status, problem = ask(
        "WITH t AS MATERIALIZED (SELECT a.n, md5(a.n::text) AS m FROM generate_series(1, 90000) AS "
        "a (n), generate_series(1, 100) AS b) SELECT max(x.m) AS m FROM t AS x, t AS y"
    )
    assert (status, problem["sqlState"]) == (400, "53400")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"n": [1, "a"]}, "A list holds"),
        ({"n": "a\0b"}, "no text"),
        ({"n": 10**40}, "too large"),
        ({"m": 1, "n": 1}, "does not use :m"),
        ([], "dictionary"),
    ],
)
def test_wrong_value_is_explained(ask: Any, parameters: Any, words: str) -> None:
    status, problem = ask("SELECT :n AS n", parameters=parameters)
    assert status == 400
    assert words in problem["detail"]


def test_no_more_rows_than_wanted(ask: Any) -> None:
    _, answer = ask("SELECT n FROM generate_series(1, 20) AS n", max_rows=5)
    assert [row["n"] for row in answer["rows"]] == [1, 2, 3, 4, 5]
    assert answer["truncated"] is True
    assert "max_rows" not in answer["jobRequest"]["body"]["parameters"]


def test_answer_ends_before_it_is_too_large(ask: Any) -> None:
    query = "SELECT repeat(repeat('x', 1000), 900) AS x FROM generate_series(1, 1000)"
    _, answer = ask(query)
    assert answer["truncated"] is True
    assert 0 < answer["rowCount"] < 10


def test_query_string_asks_the_same(invoke: Invoke) -> None:
    query = (
        "operation=custom_complex_query&query=SELECT%20name%20FROM%20customers%20WHERE%20"
        "country%20%3D%20%3Ac%20ORDER%20BY%201&parameters=%7B%22c%22%3A%22DE%22%7D&max_rows=10"
    )
    answer = invoke("GET", "/analytics", query=query)
    assert [row["name"] for row in body(answer)["rows"]] == ["ACME GMBH", "Acme"]


def test_the_next_question_is_answered_after_a_mistake(ask: Any) -> None:
    ask("SELECT 1 / 0 AS one")
    status, _ = ask("SELECT 1 AS one")
    assert status == 200


def test_template_has_one_place_for_the_query() -> None:
    assert custom_complex_query._TEMPLATE.count("{") == 1
