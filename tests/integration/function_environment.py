"""Runs the functions' own code in the test's process, against the environment's services."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data_pipeline.aws import clients, secrets
from local.state import Environment

CLIENTS: tuple[Any, ...] = (
    clients.dynamodb,
    clients.s3,
    clients.secretsmanager,
    clients.sns,
    clients.stepfunctions,
)


def reach(environment: Environment, patch: pytest.MonkeyPatch) -> None:
    """Leads the functions' AWS clients to the environment."""
    for name, value in environment.aws_variables().items():
        patch.setenv(name, value)
    forget()


def forget() -> None:
    """Forgets what a function keeps over warm invocations, as a new environment would."""
    for client in CLIENTS:
        client.cache_clear()
    secrets._known.clear()


@contextmanager
def database_secret(environment: Environment, conninfo: str) -> Iterator[str]:
    """A secret in RDS's shape that leads to a database as tests reach it; the id is given."""
    name = f"test/{uuid.uuid4().hex}"
    client = environment.client("secretsmanager")
    client.create_secret(Name=name, SecretString=json.dumps(secret_document(conninfo)))
    try:
        yield name
    finally:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@contextmanager
def secret_for_functions(environment: Environment, conninfo: str) -> Iterator[str]:
    """A secret for deployed functions, whose way to the database need not be the tests' own."""
    deployed = environment.client("secretsmanager").get_secret_value(
        SecretId=environment.output("DataPipelineStack", "ReaderSecretId")
    )
    place = json.loads(deployed["SecretString"])
    reached = make_conninfo(conninfo, host=place["host"], port=place["port"])
    with database_secret(environment, reached) as name:
        yield name


def secret_document(conninfo: str) -> dict[str, object]:
    """The secret's content for a connection string."""
    values = conninfo_to_dict(conninfo)
    return {
        "engine": "postgres",
        "host": values["host"],
        "port": int(str(values["port"])),
        "dbname": values["dbname"],
        "username": values["user"],
        "password": values["password"],
    }


@contextmanager
def table(environment: Environment, key: str, **more: Any) -> Iterator[str]:
    """An empty table with the given partition key."""
    name = f"test-{uuid.uuid4().hex}"
    client = environment.client("dynamodb")
    attributes = more.pop("AttributeDefinitions", [])
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}, *attributes],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    try:
        yield name
    finally:
        client.delete_table(TableName=name)


@contextmanager
def bucket(environment: Environment) -> Iterator[str]:
    """An empty bucket, removed with what is in it."""
    name = f"test-{uuid.uuid4().hex}"
    client = environment.client("s3")
    client.create_bucket(Bucket=name)
    try:
        yield name
    finally:
        for item in client.list_objects_v2(Bucket=name).get("Contents", []):
            client.delete_object(Bucket=name, Key=item["Key"])
        client.delete_bucket(Bucket=name)


def body(result: dict[str, Any]) -> Any:
    """The JSON body of a proxy result."""
    return json.loads(str(result["body"]))


def backends(environment: Environment, application: str) -> list[int]:
    """The server processes that work under an application's name.

    Each look is a transaction of its own: within one the server shows the same list again.
    """
    with psycopg.connect(environment.admin_conninfo()) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = %s", (application,)
        ).fetchall()
    return [int(row[0]) for row in rows]


type Invoke = Callable[..., dict[str, Any]]
