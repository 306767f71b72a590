"""The deployed functions once more, for a database, secrets and roles of a test's own.

The roles of the environment itself belong to every test at once, so their passwords stay.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infra import lambda_bundle
from local.state import Environment
from tests.integration.databases import OWNER, READER, WRITER, TestDatabase
from tests.integration.function_environment import secret_for_functions, table

_SETTINGS_OF_ROLE = """
    SELECT split_part(setting, '=', 1), split_part(setting, '=', 2)
    FROM pg_db_role_setting, unnest(setconfig) AS setting
    WHERE setrole = %s::regrole AND setdatabase = 0
"""


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A small pipeline: its functions by the names of those they are copies of."""

    environment: Environment
    database: TestDatabase
    functions: dict[str, str]
    secrets: dict[str, str]
    roles: dict[str, str]
    bucket: str
    queue_url: str

    def ask(self, event: dict[str, Any]) -> dict[str, Any]:
        """Invokes the function behind the API."""
        answer = self.environment.client("lambda").invoke(
            FunctionName=self.functions["data-pipeline-advanced-analytics"],
            Payload=json.dumps(event).encode(),
        )
        result: dict[str, Any] = json.loads(answer["Payload"].read())
        return result

    def rotate(self, role: str) -> None:
        """Has Secrets Manager call the rotation function for each of its steps."""
        client = self.environment.client("lambda")
        rotation = self.functions["data-pipeline-password-rotation"]
        arn = client.get_function(FunctionName=rotation)["Configuration"]["FunctionArn"]
        self.environment.client("secretsmanager").rotate_secret(
            SecretId=self.secrets[role],
            RotationLambdaARN=arn,
            RotationRules={"AutomaticallyAfterDays": 30},
        )

    def password(self, role: str) -> str:
        """The secret's current one."""
        client = self.environment.client("secretsmanager")
        text = client.get_secret_value(SecretId=self.secrets[role])["SecretString"]
        return str(json.loads(text)["password"])


@contextmanager
def prepared(environment: Environment, database: TestDatabase) -> Iterator[Rehearsal]:
    """Makes it, and removes all of it."""
    with ExitStack() as stack:
        logins = {role: stack.enter_context(_login(database, role)) for role in (WRITER, READER)}
        conninfos = {OWNER: database.owner, **logins}
        secrets = {
            role: stack.enter_context(secret_for_functions(environment, conninfo))
            for role, conninfo in conninfos.items()
        }
        cache = stack.enter_context(table(environment, "cacheKey"))
        bucket, queue_url, queue_arn = stack.enter_context(_bucket_with_queue(environment))
        variables = {
            "data-pipeline-advanced-analytics": {
                "DATABASE_SECRET_ID": secrets[READER],
                "QUERY_CACHE_TABLE": cache,
            },
            "data-pipeline-data-processor": {"DATABASE_SECRET_ID": secrets[WRITER]},
            "data-pipeline-password-rotation": {"OWNER_SECRET_ID": secrets[OWNER]},
        }
        functions = {
            name: stack.enter_context(_copy(environment, name, own))
            for name, own in variables.items()
        }
        processor = functions["data-pipeline-data-processor"]
        stack.enter_context(_fed_by(environment, processor, queue_arn))
        yield Rehearsal(
            environment=environment,
            database=database,
            functions=functions,
            secrets=secrets,
            roles={
                role: str(psycopg.conninfo.conninfo_to_dict(logins[role])["user"])
                for role in logins
            },
            bucket=bucket,
            queue_url=queue_url,
        )


@contextmanager
def _login(database: TestDatabase, role: str) -> Iterator[str]:
    """A role with another's rights and settings; the owner may change its password."""
    name = f"{role}_{uuid.uuid4().hex[:12]}"
    password = uuid.uuid4().hex
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE ROLE {name} LOGIN PASSWORD {password} IN ROLE {role}").format(
                name=sql.Identifier(name),
                password=sql.Literal(password),
                role=sql.Identifier(role),
            )
        )
        try:
            for setting, value in owner.execute(_SETTINGS_OF_ROLE, [role]).fetchall():
                # A list of names, not one name with commas in it.
                literal = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
                owner.execute(
                    sql.SQL("ALTER ROLE {name} SET {setting} TO {value}").format(
                        name=sql.Identifier(name), setting=sql.Identifier(setting), value=literal
                    )
                )
            yield make_conninfo(
                database.writer if role == WRITER else database.reader,
                user=name,
                password=password,
            )
        finally:
            owner.execute(sql.SQL("DROP ROLE {name}").format(name=sql.Identifier(name)))


@contextmanager
def _bucket_with_queue(environment: Environment) -> Iterator[tuple[str, str, str]]:
    """A bucket that tells a queue of each object, and nobody else."""
    s3, sqs = environment.client("s3"), environment.client("sqs")
    name = f"test-{uuid.uuid4().hex}"
    queue_url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    queue_arn = attributes["Attributes"]["QueueArn"]
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"]}]
        },
    )
    try:
        yield name, queue_url, queue_arn
    finally:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            for version in page.get("Versions", []):
                s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
        s3.delete_bucket(Bucket=name)
        sqs.delete_queue(QueueUrl=queue_url)


@contextmanager
def _copy(environment: Environment, name: str, variables: dict[str, str]) -> Iterator[str]:
    """A function that differs from a deployed one in some variables alone."""
    client = environment.client("lambda")
    deployed = client.get_function(FunctionName=name)["Configuration"]
    copy = f"test-{uuid.uuid4().hex}"
    client.create_function(
        FunctionName=copy,
        Runtime=deployed["Runtime"],
        Handler=deployed["Handler"],
        Role=deployed["Role"],
        MemorySize=deployed["MemorySize"],
        Timeout=deployed["Timeout"],
        Environment={"Variables": {**deployed["Environment"]["Variables"], **variables}},
        Code={"ZipFile": lambda_bundle.build().path.read_bytes()},
    )
    try:
        client.get_waiter("function_active_v2").wait(FunctionName=copy)
        yield copy
    finally:
        client.delete_function(FunctionName=copy)


@contextmanager
def _fed_by(environment: Environment, function: str, queue_arn: str) -> Iterator[None]:
    client = environment.client("lambda")
    mapping = client.create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=queue_arn,
        BatchSize=5,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 2},
    )["UUID"]
    try:
        yield
    finally:
        client.delete_event_source_mapping(UUID=mapping)
