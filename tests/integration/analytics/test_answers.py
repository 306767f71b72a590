import csv
import io
import json
from typing import Any

import psycopg
import pytest

from data_pipeline.analytics import answers, handler
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import Invoke, backends, body

MOST_LAMBDA_BYTES = 6_291_556
ANALYSIS = f"operation=customer_analysis&as_of={sales.AS_OF}"


@pytest.fixture(autouse=True)
def loaded(database_url: sales.Conninfos) -> None:
    sales.load(database_url.owner)


def _ask(invoke: Invoke, query: str = ANALYSIS, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return invoke("GET", "/analytics", query=query, headers=named)


def test_envelope_says_what_was_asked_and_from_which_data(invoke: Invoke) -> None:
    envelope = body(_ask(invoke, f"{ANALYSIS}&level=group&min_group_size=2"))
    assert envelope["operation"] == "customer_analysis"
    assert envelope["parameters"]["min_group_size"] == 2
    assert envelope["columns"][0] == {"name": "customer_group", "type": "string"}
    assert {"name": "lifetime_value", "type": "decimal"} in envelope["columns"]
    assert envelope["rowCount"] == len(envelope["rows"]) == 1
    assert envelope["truncated"] is False
    assert envelope["datasetVersion"] == 1
    assert envelope["requestId"] == "11111111-2222-4333-8444-555555555555"
    assert envelope["generatedAt"].endswith("Z")
    assert "jobRequest" not in envelope


def test_list_is_the_same_repeated_and_with_commas(invoke: Invoke) -> None:
    asked = "operation=multi_dimensional_analytics&as_of=2026-06-30"
    repeated = _ask(invoke, f"{asked}&dimensions=country&dimensions=year")
    with_commas = _ask(invoke, f"{asked}&dimensions=country,year")
    assert body(repeated)["parameters"]["dimensions"] == ["country", "year"]
    assert with_commas["headers"]["X-Cache"] == "HIT"


def test_body_and_query_string_ask_the_same(invoke: Invoke) -> None:
    parameters = {"as_of": sales.AS_OF, "min_value": "80.00"}
    asked = {"operation": "customer_analysis", "parameters": parameters}
    by_body = invoke("POST", "/analytics", body=asked)
    by_query = _ask(invoke, f"{ANALYSIS}&min_value=80.00")
    assert body(by_body)["rows"] == body(by_query)["rows"]
    assert by_query["headers"]["X-Cache"] == "HIT"


@pytest.mark.parametrize("seconds", [0, 60], ids=["after a long query", "after a short query"])
def test_second_answer_comes_from_the_cache_until_the_data_change(
    invoke: Invoke,
    database_url: sales.Conninfos,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
) -> None:
    monkeypatch.setattr(answers, "_LONG_QUERY_SECONDS", seconds)
    first, second = _ask(invoke), _ask(invoke)
    assert first["headers"]["X-Cache"] == "MISS"
    assert "Age" not in first["headers"]
    assert second["headers"]["X-Cache"] == "HIT"
    assert int(second["headers"]["Age"]) >= 0
    assert body(second)["rows"] == body(first)["rows"]
    sales.change(database_url.owner)
    third = _ask(invoke)
    assert third["headers"]["X-Cache"] == "MISS"
    assert third["headers"]["X-Dataset-Version"] == "2"
    assert body(third)["rows"] != body(first)["rows"]


def test_client_can_ask_past_the_cache_and_refreshes_it(invoke: Invoke) -> None:
    _ask(invoke)
    fresh = _ask(invoke, Cache_Control="no-cache")
    assert fresh["headers"]["X-Cache"] == "BYPASS"
    later = _ask(invoke)
    assert body(later)["generatedAt"] == body(fresh)["generatedAt"]


def test_answer_of_chance_is_neither_kept_nor_called_the_same(invoke: Invoke) -> None:
    asked = {
        "operation": "custom_complex_query",
        "parameters": {"query": "SELECT random() AS drawn"},
    }
    first = invoke("POST", "/analytics", body=asked)
    second = invoke("POST", "/analytics", body=asked)
    assert first["headers"]["X-Cache"] == second["headers"]["X-Cache"] == "BYPASS"
    assert "ETag" not in first["headers"]
    assert body(first)["rows"] != body(second)["rows"]


def test_client_that_holds_the_answer_gets_none(
    invoke: Invoke, database_url: sales.Conninfos
) -> None:
    tag = _ask(invoke)["headers"]["ETag"]
    repeated = _ask(invoke, If_None_Match=tag)
    assert repeated["statusCode"] == 304
    assert repeated["body"] == ""
    assert repeated["headers"]["ETag"] == tag
    assert _ask(invoke, If_None_Match=tag, Accept="text/csv")["statusCode"] == 200
    sales.change(database_url.owner)
    assert _ask(invoke, If_None_Match=tag)["statusCode"] == 200


def test_csv_has_the_rows_of_the_json(invoke: Invoke) -> None:
    answer = _ask(invoke, Accept="text/csv")
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(io.StringIO(str(answer["body"]))))
    expected = body(_ask(invoke))["rows"]
    assert [row["name"] for row in rows] == [row["name"] for row in expected]
    assert [row["lifetime_value"] for row in rows] == [row["lifetime_value"] for row in expected]


def test_more_than_a_thousand_rows_are_truncated_with_the_job_that_gives_all(
    invoke: Invoke, database_url: sales.Conninfos
) -> None:
    sales.load_customers(database_url.owner, 1001)
    envelope = body(_ask(invoke))
    assert envelope["truncated"] is True
    assert envelope["rowCount"] == len(envelope["rows"]) == 1000
    assert envelope["jobRequest"] == {
        "method": "POST",
        "path": "/analytics/jobs",
        "body": {
            "operation": "customer_analysis",
            "parameters": envelope["parameters"],
            "format": "json",
        },
    }


def test_csv_that_is_truncated_says_so_with_the_job_that_gives_all(
    invoke: Invoke, database_url: sales.Conninfos
) -> None:
    assert _ask(invoke, Accept="text/csv")["headers"]["X-Truncated"] == "false"
    sales.load_customers(database_url.owner, 1001)
    answer = _ask(invoke, Accept="text/csv")
    assert answer["headers"]["X-Truncated"] == "true"
    job = json.loads(answer["headers"]["X-Job-Request"])
    assert (job["operation"], job["format"]) == ("customer_analysis", "csv")
    assert job["parameters"]["as_of"] == sales.AS_OF


@pytest.mark.parametrize("media", ["application/json", "text/csv"])
def test_rows_that_lambda_could_not_answer_with_are_left_out(
    invoke: Invoke, database_url: sales.Conninfos, media: str
) -> None:
    """The limit is for the whole answer, in which the body is a string within JSON."""
    sales.load_customers(database_url.owner, 1000)
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("UPDATE canonical.customers SET name = repeat('\"\\', 5000)")
        sales.raise_version(owner)
    answer = _ask(invoke, Accept=media)
    assert answer["statusCode"] == 200
    assert answer["headers"]["X-Truncated"] == "true"
    size = len(json.dumps(answer, ensure_ascii=False).encode())
    assert 3_000_000 < size < MOST_LAMBDA_BYTES


def test_exactly_a_thousand_rows_are_not_truncated(
    invoke: Invoke, database_url: sales.Conninfos
) -> None:
    sales.load_customers(database_url.owner, 996)
    envelope = body(_ask(invoke))
    assert (envelope["rowCount"], envelope["truncated"]) == (1000, False)


def test_query_carries_the_request_in_its_application_name(
    invoke: Invoke, environment: Environment
) -> None:
    _ask(invoke)
    connection = handler._analytics().database.connection()
    name = "advanced-analytics/11111111-2222-4333-8444-555555555555"
    assert connection.info.backend_pid in backends(environment, name)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("operation=invalid_operation", "unknown-operation"),
        ("", "missing-operation"),
        ("operation=customer_analysis&metric=worth", "invalid-parameters"),
        ("operation=customer_analysis&metrik=order_count", "invalid-parameters"),
        ("operation=simple_demo&operation=database_info", "invalid-request"),
    ],
)
def test_wrong_question_is_a_problem(invoke: Invoke, query: str, kind: str) -> None:
    answer = _ask(invoke, query)
    assert answer["statusCode"] == 400
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert body(answer)["type"] == f"/problems/{kind}"


def test_catalog_lists_the_operations(invoke: Invoke) -> None:
    answer = invoke("GET", "/analytics/operations")
    names = [operation["name"] for operation in body(answer)["operations"]]
    assert {"simple_demo", "database_info", "customer_analysis"} <= set(names)
