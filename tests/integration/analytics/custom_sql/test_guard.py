"""The first layer: what the guard refuses, and what it lets pass."""

from pathlib import Path

import psycopg
import pytest

from data_pipeline.analytics.sql_guard import allowed
from data_pipeline.analytics.sql_guard.guard import check
from data_pipeline.analytics.sql_guard.refusal import QueryRefused
from tests.integration.analytics.custom_sql.corpus import Attack, attacks
from tests.integration.databases import TestDatabase

ATTACKS = attacks()
_SINGLE_ARGUMENT_FUNCTIONS = Path(__file__).with_name("single_argument_functions.sql")


def test_corpus_is_as_large_as_promised() -> None:
    assert len({(attack.sql, attack.then) for attack in ATTACKS}) == len(ATTACKS) >= 150


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.title)
def test_attack_is_refused(attack: Attack) -> None:
    with pytest.raises(QueryRefused):
        check("; ".join(attack.messages), {})
    assert any(_is_refused(message) for message in attack.messages)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT 1 IN (" + "1," * 9_000 + "1)", id="a list of thousands"),
        pytest.param("SELECT " + "(" * 2_000 + "1" + ")" * 2_000 + "::regclass", id="parentheses"),
        pytest.param("SELECT " + "(SELECT " * 300 + "1" + ")" * 300, id="subselects"),
        pytest.param("SELECT 1" + "+1" * 2_400, id="a sum of thousands"),
        pytest.param("SELECT 1" + "::int" * 2_400, id="casts of casts"),
        pytest.param("SELECT" + " UNION SELECT" * 2_400, id="a union of thousands"),
        pytest.param("SELECT " + "NOT " * 4_000 + "true", id="not of not"),
        pytest.param("SELECT 1 FROM customers" + ", customers" * 60, id="products of tables"),
        pytest.param("SELECT 1 FROM customers" + " CROSS JOIN customers" * 60, id="cross joins"),
        pytest.param("SELECT " + "abs(" * 400 + "1" + ")" * 400, id="calls of calls"),
        pytest.param("SELECT " + "CASE WHEN true THEN " * 400 + "1" + " END" * 400, id="cases"),
        pytest.param("SELECT '" + "x" * 30_000 + "'", id="a long text"),
        pytest.param("SELECT 1" + " " * 30_000, id="nothing, at length"),
        pytest.param("SELECT '\0'", id="a byte that is no text"),
        pytest.param("SELECT '\ud800'", id="half a character"),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_parsed_or_run(text: str) -> None:
    with pytest.raises(QueryRefused):
        check(text, {})


# Debian's 17.12 has it, the embedded runtime's 17.10 has not.
OF_LATER_MINOR_RELEASES = {"binary_upgrade_set_next_attribute_versions"}


def test_no_name_after_a_dot_reaches_a_function_that_is_not_allowed(
    loaded_database: TestDatabase,
) -> None:
    with psycopg.connect(loaded_database.owner) as connection:
        rows = connection.execute(_SINGLE_ARGUMENT_FUNCTIONS.read_bytes())
        reachable = {str(row[0]) for row in rows}
    missing = sorted(reachable - allowed.FUNCTIONS - allowed.NOT_FIELDS)
    assert not missing, "to be added to sql_guard/not_fields.txt"
    assert reachable | OF_LATER_MINOR_RELEASES >= allowed.NOT_FIELDS


def test_no_column_is_named_as_such_a_function(loaded_database: TestDatabase) -> None:
    with psycopg.connect(loaded_database.owner) as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'canonical'"
        )
        columns = {str(row[0]) for row in rows}
    assert not columns & allowed.NOT_FIELDS


def test_allowed_functions_exist(loaded_database: TestDatabase) -> None:
    with psycopg.connect(loaded_database.owner) as connection:
        rows = connection.execute(
            """
            SELECT proname::text FROM pg_proc
            WHERE pronamespace IN ('pg_catalog'::regnamespace, 'extensions'::regnamespace)
            """
        )
        known = {str(row[0]) for row in rows}
    assert known >= allowed.FUNCTIONS


def _is_refused(message: str) -> bool:
    try:
        check(message, {})
    except QueryRefused:
        return True
    return False
