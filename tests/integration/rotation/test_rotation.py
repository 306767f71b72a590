"""A password is changed in the database and in its secret, step by step."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from data_pipeline.aws import clients, secrets
from data_pipeline.aws.database import Database, DatabaseUnavailable
from data_pipeline.aws.secrets import parse_secret
from data_pipeline.rotation import handler
from data_pipeline.rotation.versions import RotationRefused, SecretVersions
from local.state import Environment
from tests.integration.databases import TestDatabase

TOKEN = "6f1c2a3b-0000-4000-8000-000000000001"


@pytest.fixture
def secret(
    environment: Environment,
    new_database: TestDatabase,
    unique: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[SecretVersions]:
    """The secret of a role that reads only, as `analytics_reader` does."""
    client = environment.client("secretsmanager")
    monkeypatch.setattr(clients, "secretsmanager", lambda: client)
    role = sql.Identifier(f"role_{unique}")
    with psycopg.connect(new_database.owner, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'before'").format(role))
        owner.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role))
        info = owner.info
        values = {
            "host": info.host,
            "port": info.port,
            "dbname": info.dbname,
            "username": f"role_{unique}",
            "password": "before",
        }
        client.create_secret(Name=unique, SecretString=json.dumps(values))
        client.create_secret(
            Name=f"{unique}-owner",
            SecretString=json.dumps({**values, "username": info.user, "password": info.password}),
        )
        yield SecretVersions(secret_id=unique, token=TOKEN)
        secrets._known.clear()
        owner.execute(sql.SQL("DROP ROLE {}").format(role))
    for name in (unique, f"{unique}-owner"):
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_a_role_that_only_reads_gets_a_new_password(secret: SecretVersions) -> None:
    owner = SecretVersions(secret_id=f"{secret.secret_id}-owner", token="")
    for _ in range(2):
        secret.create_pending()
        handler._set(secret, owner=owner)
        pending = parse_secret(secret.secret_id, secret.pending())
        handler._test(pending)
    secret.finish()

    current = parse_secret(secret.secret_id, secret.current())
    assert current == pending
    assert current.password != "before"
    assert handler._can_log_in(current)


def test_a_version_that_nobody_asked_for_is_refused(secret: SecretVersions) -> None:
    with pytest.raises(RotationRefused, match="not set up for rotation"):
        secret.check()


@pytest.mark.parametrize("done", ["nothing", "created", "set", "finished"])
def test_function_gets_in_at_every_moment_of_a_rotation(secret: SecretVersions, done: str) -> None:
    database = Database(secret_id=secret.secret_id, application="test")
    database.connection()  # remembers the password that was right before
    database.close()
    owner = SecretVersions(secret_id=f"{secret.secret_id}-owner", token="")
    if done != "nothing":
        secret.create_pending()
    if done in {"set", "finished"}:
        handler._set(secret, owner=owner)
    if done == "finished":
        secret.finish()
    for _ in range(2):
        database.connection()
        database.close()


def test_wrong_password_is_no_reason_to_try_for_ever(secret: SecretVersions) -> None:
    values = {**json.loads(secret.current()), "password": "wrong"}
    clients.secretsmanager().put_secret_value(
        SecretId=secret.secret_id, SecretString=json.dumps(values)
    )
    with pytest.raises(DatabaseUnavailable):
        Database(secret_id=secret.secret_id, application="test").open()
