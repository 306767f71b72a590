"""Files in a real bucket, processed as the function does it, into a database of the test's own."""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.rows import dict_row

from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.processor import Processor
from data_pipeline.migrator.schema import migrate
from local.state import Environment
from tests.integration import databases
from tests.integration.databases import TestDatabase

PATIENCE_SECONDS = 60


class Outcome(NamedTuple):
    """What the ledger says of a file, and how many of its records are in quarantine."""

    status: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    stale: int
    quarantined: int
    error_rule: str | None

    def check(self, kept: int) -> None:
        """Holds for every file: each record has one outcome, and none ends in a log line alone."""
        outcomes = (self.inserted, self.updated, self.unchanged, self.stale, self.quarantined)
        assert self.read == sum(outcomes)
        assert self.quarantined == kept
        assert (self.status == "failed") == (self.error_rule is not None)
        assert self.status != "failed" or self.read == 0


class Alerts:
    """A topic, and the queue in which what it tells ends."""

    def __init__(self, environment: Environment) -> None:
        name = f"test-{uuid.uuid4().hex}"
        self._sns = environment.client("sns")
        self._sqs = environment.client("sqs")
        self.topic_arn: str = self._sns.create_topic(Name=name)["TopicArn"]
        self._queue: str = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._queue, AttributeNames=["QueueArn"]
        )
        self._sns.subscribe(
            TopicArn=self.topic_arn,
            Protocol="sqs",
            Endpoint=attributes["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )

    def take(self, *, at_least: int = 0) -> list[dict[str, Any]]:
        """The alerts since the last time, of which so many are waited for."""
        found = self._receive()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found) < at_least and time.monotonic() < deadline:
            found += self._receive()
        return found

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    def forget(self) -> None:
        """Takes all alerts so far, also those that the topic has not passed on yet."""
        last = {"event": uuid.uuid4().hex}
        self._sns.publish(TopicArn=self.topic_arn, Message=json.dumps(last))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while last not in self._receive():
            assert time.monotonic() < deadline, "the topic passes nothing on"

    def remove(self) -> None:
        self._sns.delete_topic(TopicArn=self.topic_arn)
        self._sqs.delete_queue(QueueUrl=self._queue)


class Pipeline:
    """Uploads, processes and looks at what came of it."""

    def __init__(
        self, environment: Environment, bucket: str, database: TestDatabase, alerts: Alerts
    ) -> None:
        self.s3 = environment.client("s3")
        self.bucket = bucket
        self.alerts = alerts
        self.writer = psycopg.connect(database.writer)
        self._owner = psycopg.connect(database.owner, autocommit=True, row_factory=dict_row)
        self.processor = Processor(
            s3=self.s3, sns=environment.client("sns"), alert_topic_arn=alerts.topic_arn
        )

    @staticmethod
    def text(content: object) -> bytes:
        """Bytes as they are, anything else as JSON."""
        return content if isinstance(content, bytes) else json.dumps(content).encode()

    def upload(self, content: object, key: str = "crm-data/test.json") -> ObjectCreated:
        """Puts an object of that text."""
        body = self.text(content)
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return ObjectCreated(
            bucket=self.bucket,
            key=key,
            version_id=answer["VersionId"],
            etag=answer["ETag"].strip('"'),
            size_bytes=len(body),
        )

    def let_a_second_pass(self) -> None:
        """Makes the next object newer: S3 tells the time of an object in whole seconds."""
        time.sleep(1.1)

    def process(self, created: ObjectCreated) -> Outcome:
        """Processes an object and answers what the ledger says of it. Its message is done with."""
        self.processor.process(self.writer, created)
        (row,) = self.rows(
            "SELECT status, records_read, records_inserted, records_updated, records_unchanged,"
            " records_stale, records_quarantined, error_rule FROM ingest.files"
            " WHERE key = %s AND version_id = %s",
            created.key,
            created.version_id,
        )
        outcome = Outcome(*row.values())
        kept = self.row(
            "SELECT count(*)::int AS rows FROM ingest.quarantine JOIN ingest.files AS file"
            " ON file.id = file_id WHERE key = %s AND version_id = %s",
            created.key,
            created.version_id,
        )
        outcome.check(kept["rows"])
        return outcome

    def load(self, content: object, key: str = "crm-data/test.json") -> Outcome:
        """Uploads and processes."""
        return self.process(self.upload(content, key))

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """The answer to a query of the database's owner."""
        return self._owner.execute(query.encode(), parameters).fetchall()

    def row(self, query: str, *parameters: object) -> dict[str, Any]:
        """The one row of an answer."""
        (row,) = self.rows(query, *parameters)
        return row

    def dataset_version(self) -> int:
        return int(self.row("SELECT version FROM canonical.dataset_version")["version"])

    def close(self) -> None:
        self.writer.close()
        self._owner.close()


@pytest.fixture(scope="session")
def versioned_bucket(environment: Environment) -> Iterator[str]:
    s3 = environment.client("s3")
    name = f"test-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found: Sequence[dict[str, str]] = [
            *page.get("Versions", []),
            *page.get("DeleteMarkers", []),
        ]
        for version in found:
            s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=name)


EMPTY = """
    DO $$
    DECLARE
        tables text;
    BEGIN
        SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables
        FROM pg_tables
        WHERE schemaname IN ('canonical', 'ingest') AND tablename <> 'dataset_version';
        UPDATE ingest.dataset_version SET file_id = NULL;
        EXECUTE 'TRUNCATE ' || tables || ', ingest.dataset_version RESTART IDENTITY';
        INSERT INTO ingest.dataset_version (version, changed_at) VALUES (0, now());
    END
    $$
"""


@pytest.fixture(scope="session")
def database_of_session(environment: Environment, database_template: str) -> Iterator[TestDatabase]:
    database = databases.create(environment, template=database_template)
    try:
        migrate(database.owner)  # rights on a database are not copied with it
        yield database
    finally:
        databases.drop(environment, database)


@pytest.fixture
def database_url(database_of_session: TestDatabase) -> TestDatabase:
    """An empty database with the newest schema. Emptying one is faster than making one."""
    with psycopg.connect(database_of_session.owner, autocommit=True) as connection:
        connection.execute(EMPTY)
    return database_of_session


@pytest.fixture(scope="session")
def alerts(environment: Environment) -> Iterator[Alerts]:
    made = Alerts(environment)
    yield made
    made.remove()


@pytest.fixture
def pipeline(
    environment: Environment, versioned_bucket: str, database_url: TestDatabase, alerts: Alerts
) -> Iterator[Pipeline]:
    alerts.forget()
    made = Pipeline(environment, versioned_bucket, database_url, alerts)
    yield made
    made.close()
