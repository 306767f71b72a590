import json
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from data_pipeline.analytics import answers, handler
from data_pipeline.aws import secrets
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import Invoke, body, secret_document

ANALYSIS = f"operation=customer_analysis&as_of={sales.AS_OF}"
NO_LISTENER = {"host": "127.0.0.1", "port": 1}


class Secret:
    """The function's database secret, which a test can change behind its back."""

    def __init__(self, environment: Environment, secret_id: str) -> None:
        self._client = environment.client("secretsmanager")
        self._secret_id = secret_id

    def write(self, document: dict[str, object]) -> None:
        self._client.put_secret_value(SecretId=self._secret_id, SecretString=json.dumps(document))


@pytest.fixture
def secret(environment: Environment, reader_secret: str) -> Secret:
    return Secret(environment, reader_secret)


@pytest.fixture(autouse=True)
def loaded(database_url: sales.Conninfos) -> None:
    sales.load(database_url.owner)


def _ask(invoke: Invoke, query: str = ANALYSIS, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return invoke("GET", "/analytics", query=query, headers=named)


def _take_database_away(secret: Secret, conninfo: str) -> None:
    secret.write(secret_document(conninfo) | NO_LISTENER)
    secrets._known.clear()
    handler._analytics().database.close()


def test_kept_answer_stands_in_for_a_database_that_is_away(
    invoke: Invoke, secret: Secret, database_url: sales.Conninfos
) -> None:
    kept = _ask(invoke)
    sales.change(database_url.owner)
    _take_database_away(secret, database_url.reader)
    answer = _ask(invoke)
    assert answer["statusCode"] == 200
    assert answer["headers"]["X-Cache"] == "STALE"
    assert int(answer["headers"]["Age"]) >= 0
    assert "ETag" not in answer["headers"]
    assert body(answer)["rows"] == body(kept)["rows"]


def test_without_a_kept_answer_the_client_is_asked_to_come_again(
    invoke: Invoke, secret: Secret, database_url: sales.Conninfos
) -> None:
    _ask(invoke)
    _take_database_away(secret, database_url.reader)
    for answer in (_ask(invoke, f"{ANALYSIS}&level=group"), _ask(invoke, Cache_Control="no-cache")):
        assert answer["statusCode"] == 503
        assert answer["headers"]["Retry-After"] == "5"
        assert body(answer)["type"] == "/problems/database-unavailable"
        assert "127.0.0.1" not in str(answer)


def test_health_says_what_is_well(invoke: Invoke) -> None:
    answer = invoke("GET", "/health")
    assert answer["statusCode"] == 200
    health = body(answer)
    assert health["status"] == "ok"
    assert health["datasetVersion"] == 1
    assert health["dependencies"]["database"]["status"] == "ok"
    assert health["dependencies"]["queryCache"]["latencyMs"] > 0


def test_health_says_that_the_database_is_away_and_not_where_it_was(
    invoke: Invoke, secret: Secret, database_url: sales.Conninfos
) -> None:
    _take_database_away(secret, database_url.reader)
    answer = invoke("GET", "/health")
    assert answer["statusCode"] == 503
    health = body(answer)
    assert health["status"] == "unavailable"
    assert health["datasetVersion"] is None
    assert health["dependencies"]["database"]["status"] == "unavailable"
    assert health["dependencies"]["queryCache"]["status"] == "ok"
    assert "127.0.0.1" not in str(answer)


def test_api_works_without_its_cache_and_says_that_it_is_degraded(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERY_CACHE_TABLE", "no-such-table")
    handler._analytics.cache_clear()
    assert _ask(invoke)["statusCode"] == 200
    health = invoke("GET", "/health")
    assert health["statusCode"] == 200
    assert body(health)["status"] == "degraded"
    assert "ResourceNotFoundException" in body(health)["dependencies"]["queryCache"]["detail"]


def test_connection_that_died_between_two_requests_costs_the_client_nothing(
    invoke: Invoke, environment: Environment
) -> None:
    _ask(invoke)
    connection = handler._analytics().database.connection()
    with psycopg.connect(environment.admin_conninfo()) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
    answer = _ask(invoke, f"{ANALYSIS}&level=group")
    assert answer["statusCode"] == 200
    assert handler._analytics().database.connection() is not connection


def test_query_that_takes_too_long_is_stopped(
    invoke: Invoke, database_url: sales.Conninfos, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url.owner) as owner, monkeypatch.context() as patch:
        owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")
        patch.setattr(answers, "TIMEOUT_SECONDS", 0.2)
        answer = _ask(invoke)
    assert answer["statusCode"] == 504
    assert body(answer)["type"] == "/problems/query-timeout"
    assert _ask(invoke)["statusCode"] == 200


@pytest.fixture
def own_reader(environment: Environment, database_url: sales.Conninfos) -> Iterator[str]:
    """A reader of the test's own, whose password it can change."""
    name = f"reader_{uuid.uuid4().hex}"
    role = sql.Identifier(name)
    reader = str(psycopg.conninfo.conninfo_to_dict(database_url.reader)["user"])
    with psycopg.connect(environment.admin_conninfo(), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'first' IN ROLE {}").format(
                role, sql.Identifier(reader)
            )
        )
        yield make_conninfo(database_url.reader, user=name, password="first")
        admin.execute(sql.SQL("DROP ROLE {}").format(role))


def test_rotated_password_loses_no_request(
    environment: Environment, invoke: Invoke, secret: Secret, own_reader: str
) -> None:
    secret.write(secret_document(own_reader))
    assert _ask(invoke)["statusCode"] == 200
    document = secret_document(own_reader)
    with psycopg.connect(environment.admin_conninfo(), autocommit=True) as admin:
        admin.execute(
            sql.SQL("ALTER ROLE {} PASSWORD 'second'").format(
                sql.Identifier(str(document["username"]))
            )
        )
    secret.write(document | {"password": "second"})
    handler._analytics().database.close()
    assert secrets._known
    answer = _ask(invoke, f"{ANALYSIS}&level=group")
    assert answer["statusCode"] == 200
    assert answer["headers"]["X-Cache"] == "MISS"
    handler._analytics().database.close()


def test_wrong_password_is_reported_without_it(
    invoke: Invoke, secret: Secret, database_url: sales.Conninfos, capsys: Any
) -> None:
    secret.write(secret_document(database_url.reader) | {"password": "hunter2"})
    answer = _ask(invoke)
    assert answer["statusCode"] == 503
    assert "hunter2" not in str(answer)
    assert "hunter2" not in capsys.readouterr().out
