"""The function as the queue invokes it."""

import json
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import psycopg
import pytest
from psycopg import sql

from data_pipeline.ingestion import handler
from data_pipeline.ingestion.events import ObjectCreated
from local.state import Environment
from tests.integration import function_environment
from tests.integration.databases import TestDatabase
from tests.integration.ingestion.conftest import Alerts, Pipeline

CONTEXT: Any = SimpleNamespace(
    function_name="data-processor",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:data-processor",
    aws_request_id="request",
)


@pytest.fixture
def function(
    environment: Environment,
    database_url: TestDatabase,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    function_environment.reach(environment, monkeypatch)
    monkeypatch.setenv("ALERT_TOPIC_ARN", alerts.topic_arn)
    with function_environment.database_secret(environment, database_url.writer) as secret:
        monkeypatch.setenv("DATABASE_SECRET_ID", secret)
        forget()
        yield
        handler._database().close()
    forget()


def forget() -> None:
    for kept in (handler._settings, handler._database, handler._processor):
        kept.cache_clear()
    function_environment.forget()


def message(body: str) -> dict[str, Any]:
    """A message of a queue that is gone by now, so that nobody can say when it comes back."""
    return {
        "messageId": uuid.uuid4().hex,
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{uuid.uuid4().hex}",
    }


def announcement(*objects: ObjectCreated) -> str:
    records = [
        {
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": created.bucket},
                "object": {
                    "key": quote_plus(created.key, safe="/"),
                    "size": created.size_bytes,
                    "eTag": created.etag,
                    "versionId": created.version_id,
                },
            },
        }
        for created in objects
    ]
    return json.dumps({"Records": records})


def invoke(*messages: dict[str, Any]) -> list[str]:
    """The ids of the messages that are to be delivered again."""
    answer = handler.handle({"Records": list(messages)}, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.usefixtures("function")
def test_every_object_of_every_message_is_loaded(pipeline: Pipeline) -> None:
    keys = ["crm-data/a b+c%.json", "crm-data/ü.json", "crm-data/c.json"]
    objects = [pipeline.upload([{"id": key, "name": "A"}], key=key) for key in keys]
    assert invoke(message(announcement(*objects[:2])), message(announcement(objects[2]))) == []
    loaded = pipeline.rows("SELECT key FROM ingest.files WHERE status = 'loaded' ORDER BY id")
    assert [row["key"] for row in loaded] == keys


@pytest.mark.usefixtures("function")
def test_bad_input_is_not_delivered_again(pipeline: Pipeline) -> None:
    created = pipeline.upload(b"[")
    assert invoke(message(announcement(created)), message("no notification")) == []
    events = [alert["event"] for alert in pipeline.alerts.take(at_least=2)]
    assert sorted(events) == ["FileRefused", "MessageRefused"]


@pytest.mark.usefixtures("function")
def test_test_message_of_s3_does_nothing(pipeline: Pipeline) -> None:
    assert invoke(message(json.dumps({"Event": "s3:TestEvent"}))) == []
    assert pipeline.rows("SELECT * FROM ingest.files") == []


@pytest.mark.usefixtures("function")
def test_only_the_message_that_met_a_fault_is_delivered_again(pipeline: Pipeline) -> None:
    good = pipeline.upload([{"id": "C1", "name": "A"}])
    elsewhere = ObjectCreated(
        bucket=f"missing-{uuid.uuid4().hex}", key="crm-data/a.json", version_id="v", etag="e",
        size_bytes=1,
    )  # fmt: skip
    failing, passing = message(announcement(elsewhere)), message(announcement(good))
    assert invoke(failing, passing) == [failing["messageId"]]
    assert pipeline.row("SELECT name FROM canonical.customers") == {"name": "A"}


@pytest.mark.usefixtures("function")
def test_message_is_loaded_once_the_database_is_back(
    pipeline: Pipeline, environment: Environment, database_url: TestDatabase
) -> None:
    created = message(announcement(pipeline.upload([{"id": "C1", "name": "A"}])))
    handler._database().close()
    pipeline.writer.close()
    set_connections_allowed(environment, database_url, allowed=False)
    assert invoke(created) == [created["messageId"]]
    set_connections_allowed(environment, database_url, allowed=True)
    assert invoke(created) == []
    assert pipeline.row("SELECT name FROM canonical.customers") == {"name": "A"}


def set_connections_allowed(
    environment: Environment, database: TestDatabase, *, allowed: bool
) -> None:
    statement = sql.SQL("ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}").format(
        name=sql.Identifier(database.name), allowed=sql.Literal(allowed)
    )
    with psycopg.connect(
        environment.admin_conninfo(), dbname="postgres", autocommit=True
    ) as administration:
        administration.execute(statement)


@pytest.mark.usefixtures("function")
def test_metrics_say_what_became_of_the_records(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke(message(announcement(pipeline.upload([{"id": "C1", "name": "A"}, {"id": "C2"}]))))
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metrics,) = [entry for entry in written if "_aws" in entry]
    assert metrics["FilesLoaded"] == [1.0]
    assert metrics["RecordsInserted"] == [1.0]
    assert metrics["RecordsQuarantined"] == [1.0]
    assert metrics["IngestSeconds"][0] > 0
