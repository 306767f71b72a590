"""The migrator as it is invoked, with its secrets."""

import json
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from data_pipeline.migrator import handler
from data_pipeline.migrator.passwords import set_password
from local.state import Environment
from tests.integration import function_environment
from tests.integration.databases import TestDatabase

CONTEXT: Any = SimpleNamespace(
    function_name="migrator",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:migrator",
    aws_request_id="request",
)


@pytest.fixture
def secrets(
    environment: Environment, new_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    function_environment.reach(environment, monkeypatch)
    with (
        function_environment.database_secret(environment, new_database.owner) as owner,
        function_environment.database_secret(environment, new_database.writer) as writer,
        function_environment.database_secret(environment, new_database.reader) as reader,
    ):
        monkeypatch.setenv("DATABASE_SECRET_ID", owner)
        monkeypatch.setenv("WRITER_SECRET_ID", writer)
        monkeypatch.setenv("READER_SECRET_ID", reader)
        yield
    function_environment.forget()


@pytest.mark.usefixtures("secrets")
def test_answer_says_what_was_applied() -> None:
    first = handler.handle({}, CONTEXT)
    again = handler.handle({}, CONTEXT)
    assert first["applied"][0] == "0001_schemas_and_extensions"
    assert first["schemaVersion"] == first["applied"][-1] == again["schemaVersion"]
    assert again["applied"] == []
    assert first["roles"] == ["ingest_writer", "analytics_reader"]
    assert json.loads(json.dumps(first)) == first


@pytest.mark.usefixtures("secrets")
def test_roles_log_in_with_their_secrets_passwords(new_database: TestDatabase) -> None:
    handler.handle({}, CONTEXT)
    for conninfo in (new_database.writer, new_database.reader):
        with psycopg.connect(conninfo) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_password_reaches_the_server_as_a_verifier_only(new_database: TestDatabase) -> None:
    role = f"test_{uuid.uuid4().hex}"
    password = uuid.uuid4().hex
    name = sql.Identifier(role)
    with psycopg.connect(new_database.owner, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {name} LOGIN").format(name=name))
        try:
            set_password(owner, role, password)
            statement = _last_statement(new_database, owner.info.backend_pid)
            psycopg.connect(new_database.owner, user=role, password=password).close()
        finally:
            owner.execute(sql.SQL("DROP ROLE {name}").format(name=name))
    assert "SCRAM-SHA-256$" in statement
    assert password not in statement


def _last_statement(database: TestDatabase, process: int) -> str:
    with psycopg.connect(database.owner) as observer:
        query = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        row = observer.execute(query, [process]).fetchone()
    assert row is not None
    return str(row[0])
