"""What is deployed, while a part of the platform is away."""

import hashlib
import json
import time
from typing import Any

import psycopg
import pytest

from local.state import Environment

PATIENCE_SECONDS = 120
LOG_GROUP = "/aws/lambda/data-pipeline-data-processor"


def was_postponed(environment: Environment, message_id: str) -> bool:
    pages = environment.client("logs").get_paginator("filter_log_events")
    return any(
        message_id in event["message"] and "message comes back" in event["message"]
        for page in pages.paginate(logGroupName=LOG_GROUP)
        for event in page["events"]
    )


def loaded(environment: Environment, key: str) -> tuple[Any, ...] | None:
    with psycopg.connect(environment.admin_conninfo()) as connection:
        return connection.execute(
            "SELECT status, records_inserted FROM ingest.files "
            "WHERE key = %s AND finished_at IS NOT NULL",
            (key,),
        ).fetchone()


@pytest.mark.xdist_group("deployed-data")
def test_file_that_could_not_be_had_is_loaded_when_it_can(
    environment: Environment, unique: str
) -> None:
    s3, bucket, key = environment.client("s3"), f"test-{unique}", f"crm-data/{unique}.json"
    body = json.dumps([{"id": unique, "name": "A"}]).encode()
    etag = hashlib.md5(body).hexdigest()
    told = {"bucket": {"name": bucket}, "object": {"key": key, "size": len(body), "eTag": etag}}
    message = environment.client("sqs").send_message(
        QueueUrl=environment.output("DataPipelineStack", "IngestQueueUrl"),
        MessageBody=json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]}),
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not was_postponed(environment, message["MessageId"]):
        assert time.monotonic() < deadline, "it was not tried"
        time.sleep(0.5)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    try:
        while (found := loaded(environment, key)) is None:
            assert time.monotonic() < deadline, "it was not tried again"
            time.sleep(0.5)
    finally:
        s3.delete_object(Bucket=bucket, Key=key)
        s3.delete_bucket(Bucket=bucket)
    assert found == ("loaded", 1)
