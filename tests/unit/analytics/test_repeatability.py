import pytest

from data_pipeline.analytics.catalog import OPERATIONS, parse


def _is_repeatable(query: str, **parameters: object) -> bool:
    asked = {"query": query, "parameters": parameters}
    return parse("custom_complex_query", asked).parameters.is_repeatable


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name FROM customers",
        "SELECT name AS now FROM customers WHERE name = 'Snow & Known'",
        "SELECT age(ordered_at, timestamptz '2026-01-01') AS age FROM orders",
        "SELECT id FROM orders TABLESAMPLE bernoulli (1) REPEATABLE (0)",
        "SELECT id FROM orders WHERE ordered_at < 'infinity'",
    ],
)
def test_answer_that_follows_from_the_data_alone_can_be_repeated(query: str) -> None:
    assert _is_repeatable(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM orders WHERE ordered_at > now() - interval '1 day'",
        "SELECT id FROM orders WHERE ordered_at::date = CURRENT_DATE",
        "SELECT (SELECT max(x) FROM (SELECT LOCALTIMESTAMP AS x) AS t) AS x",
        "SELECT clock_timestamp() AS x",
        "SELECT pg_catalog.transaction_timestamp() AS x",
        "SELECT age(ordered_at) AS age FROM orders",
        "SELECT id FROM customers ORDER BY random() LIMIT 3",
        "WITH drawn AS (SELECT id FROM orders TABLESAMPLE system (1)) SELECT id FROM drawn",
        "SELECT id FROM orders WHERE ordered_at > 'today'",
        "SELECT status, count(*) AS files FROM canonical.loads GROUP BY status",
        "SELECT rule FROM quarantined_records",
        "SELECT date ' Yesterday ' AS day",
        "SELECT 'now'::timestamptz AS x",
        "SELECT timestamptz 'tomorrow 10:00' AS x",
    ],
)
def test_answer_that_takes_the_clock_chance_or_the_ledger_cannot(query: str) -> None:
    assert not _is_repeatable(query)


@pytest.mark.parametrize("value", ["today", ["2026-01-01", "NOW"]])
def test_day_that_a_parameter_names_counts(value: object) -> None:
    query = "SELECT id FROM orders WHERE ordered_at::date = ANY(:day)"
    if isinstance(value, str):
        query = "SELECT id FROM orders WHERE ordered_at > :day"
    assert not _is_repeatable(query, day=value)


def test_what_no_user_wrote_can_be_repeated() -> None:
    written = OPERATIONS.keys() - {"custom_complex_query"}
    assert all(parse(name, {}).parameters.is_repeatable for name in written)
