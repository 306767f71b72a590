"""What is deployed, under what its users do to it: thousands of files, odd names, bad messages."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_plus

import psycopg
import pytest
from psycopg.rows import dict_row

from local.state import Environment
from tests.integration import function_environment
from tests.integration.ingestion.bad_input import (
    GOOD,
    LINES,
    REFUSED,
    array,
    between_good_ones,
    long_line,
)

# One after another with all that counts on what was loaded last.
pytestmark = pytest.mark.xdist_group("deployed-data")

PATIENCE_SECONDS = 120
FILES = 1_000

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def rows(environment: Environment) -> Iterator[Rows]:
    with psycopg.connect(
        environment.admin_conninfo(), autocommit=True, row_factory=dict_row
    ) as connection:
        yield lambda query, *parameters: connection.execute(query, parameters).fetchall()


def wait_for_files(rows: Rows, word: str, count: int) -> list[dict[str, Any]]:
    """The ledger's entries of so many files with a word in their keys, when all are done with."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    query = "SELECT * FROM ingest.files WHERE strpos(key, %s) > 0 AND finished_at IS NOT NULL"
    while len(found := rows(query, word)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} files after the time"
        time.sleep(0.2)
    return found


def waiting_messages(environment: Environment) -> dict[str, int]:
    sqs = environment.client("sqs")
    found = {}
    for name in ("IngestQueueUrl", "IngestDeadLetterQueueUrl"):
        answer = sqs.get_queue_attributes(
            QueueUrl=environment.output("DataPipelineStack", name), AttributeNames=["All"]
        )
        numbers = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found[name] = sum(int(answer["Attributes"][number]) for number in numbers)
    return found


def test_a_thousand_files_at_once_are_each_loaded_once(
    environment: Environment, raw_bucket: str, unique: str, rows: Rows
) -> None:
    s3 = environment.client("s3")
    prefix = f"crm-data/{unique}/"

    def upload(number: int) -> None:
        body = json.dumps([{"id": f"{unique}-{number}", "name": "A"}]).encode()
        s3.put_object(Bucket=raw_bucket, Key=f"{prefix}{number}.json", Body=body)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, range(FILES)))
    files = wait_for_files(rows, prefix, FILES)
    assert len({file["key"] for file in files}) == len(files) == FILES
    assert {(file["status"], file["records_inserted"]) for file in files} == {("loaded", 1)}
    loaded = rows(
        "SELECT version FROM canonical.customers WHERE starts_with(source_id, %s)", f"{unique}-"
    )
    assert [row["version"] for row in loaded] == [1] * FILES


KEYS = [
    "two words.json",
    "plus+sign.json",
    "100%.json",
    "percent%20encoded.json",
    "ünï 日本 🔑.json",
    "quote'\"semicolon;.json",
    "tab\tand\nline.json",
    "a&b=c?d#e.json",
    "back\\slash.json",
]


def test_keys_of_any_characters_are_found(
    environment: Environment, raw_bucket: str, unique: str, rows: Rows
) -> None:
    s3 = environment.client("s3")
    prefix = f"crm-data/{unique}/"
    for number, key in enumerate(KEYS):
        body = json.dumps([{"id": f"{unique}-{number}", "name": "A"}]).encode()
        s3.put_object(Bucket=raw_bucket, Key=prefix + key, Body=body)
    files = wait_for_files(rows, prefix, len(KEYS))
    assert {file["key"]: file["status"] for file in files} == {
        prefix + key: "loaded" for key in KEYS
    }


def wait_for_an_empty_queue(environment: Environment) -> dict[str, int]:
    """How many messages wait when none is left in the queue of files."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := waiting_messages(environment))["IngestQueueUrl"]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
    return left


def notification(bucket: str, key: str, put: dict[str, Any]) -> str:
    """What S3 would say of an object that was put."""
    version = {"versionId": put["VersionId"]} if "VersionId" in put else {}
    described = {"key": quote_plus(key), "size": 1, "eTag": put["ETag"].strip('"'), **version}
    told = {"bucket": {"name": bucket}, "object": described}
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]})


@pytest.fixture
def unnoticed_bucket(environment: Environment) -> Iterator[str]:
    """A bucket without versions, of which S3 sends no notifications."""
    with function_environment.bucket(environment) as name:
        yield name


def test_bad_input_leaves_the_queue_at_once_and_the_next_file_is_loaded(
    environment: Environment, raw_bucket: str, unnoticed_bucket: str, unique: str, rows: Rows
) -> None:
    s3, sqs = environment.client("s3"), environment.client("sqs")
    dead = waiting_messages(environment)["IngestDeadLetterQueueUrl"]
    queue = environment.output("DataPipelineStack", "IngestQueueUrl")
    expected: dict[str, tuple[str, str | None]] = {}

    def put(key: str, content: bytes, rule: str | None) -> dict[str, Any]:
        expected[key] = ("failed" if rule else "loaded", rule)
        answer: dict[str, Any] = s3.put_object(Bucket=raw_bucket, Key=key, Body=content)
        return answer

    for number, (file, content, rule) in enumerate(REFUSED.values()):
        put(f"crm-data/{unique}/{number}/{file}", content, rule)
    put(f"payroll-data/{unique}/a.json", array(GOOD), "source")
    own = GOOD.replace("1", f'"{unique}-%d"')
    lines = between_good_ones(own).replace(b'"id": 1,', f'"id": "{unique}",'.encode())
    put(f"crm-data/{unique}/lines.ndjson", lines, None)
    put(f"crm-data/{unique}/long.ndjson.gz", gzip.compress(long_line(), 1), None)
    put(f"crm-data/{unique}/bad.json", json.dumps([{"id": 1}] * 1_000).encode(), None)
    large = {f"field {number}": "x" * 1_000 for number in range(5_000)}
    large |= {"id": f"{unique}-large", "name": "A"}
    put(f"crm-data/{unique}/large.json", json.dumps(large).encode(), None)
    for message in ("no notification", "{}", '{"Records": [{}]}'):
        sqs.send_message(QueueUrl=queue, MessageBody=message)
    for key in (f"crm-data/{unique}/deleted.json", f"crm-data/{unique}/overwritten.json"):
        expected[key] = ("failed", "object_gone")
        first = s3.put_object(Bucket=unnoticed_bucket, Key=key, Body=array(GOOD))
        s3.delete_object(Bucket=unnoticed_bucket, Key=key)
        if "overwritten" in key:
            s3.put_object(Bucket=unnoticed_bucket, Key=key, Body=array())
        sqs.send_message(QueueUrl=queue, MessageBody=notification(unnoticed_bucket, key, first))
    key = f"crm-data/{unique}/next.json"
    message = notification(raw_bucket, key, put(key, (own % 1_000).encode(), None))
    for _ in range(9):
        sqs.send_message(QueueUrl=queue, MessageBody=message)

    wait_for_files(rows, unique, len(expected))
    left = wait_for_an_empty_queue(environment)
    files = wait_for_files(rows, unique, len(expected))
    assert {file["key"]: (file["status"], file["error_rule"]) for file in files} == expected
    assert {file["key"]: file["attempts"] for file in files} == dict.fromkeys(expected, 1)
    outcomes = {file["key"].rpartition("/")[2]: file for file in files}
    of_lines = [rule for _, rule in LINES.values()]
    assert outcomes["lines.ndjson"]["records_quarantined"] == len(list(filter(None, of_lines)))
    assert outcomes["long.ndjson.gz"]["records_quarantined"] == 1
    assert outcomes["bad.json"]["records_quarantined"] == 1_000
    assert outcomes["large.json"]["records_inserted"] == 1
    assert outcomes["next.json"]["records_inserted"] == 1
    assert left["IngestDeadLetterQueueUrl"] == dead


def invoke(environment: Environment, **payload: object) -> dict[str, Any]:
    answer = environment.client("lambda").invoke(
        FunctionName=environment.output("DataPipelineStack", "ReplayFunctionName"),
        Payload=json.dumps(payload).encode(),
    )
    assert "FunctionError" not in answer
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


def test_operator_replays_through_the_function(
    environment: Environment, raw_bucket: str, unique: str, rows: Rows
) -> None:
    key = f"crm-data/{unique}/mixed.json"
    records = [{"id": f"{unique}-1", "name": "A"}, {"id": f"{unique}-2"}]
    body = json.dumps(records).encode()
    environment.client("s3").put_object(Bucket=raw_bucket, Key=key, Body=body)
    wait_for_files(rows, key, 1)
    answer = invoke(environment, what="records", key=key)
    assert answer["quarantine"] == {"replayed": 0, "failedAgain": 1, "added": 0, "inFileOnly": 0}
    answer = invoke(environment, what="files", key=key, dryRun=True)
    assert (answer["filesReplayed"], answer["records"]["unchanged"]) == (1, 1)
    refused = invoke(environment, what="files")
    assert refused["problem"]["status"] == 400
    assert "at least one of fileId, key" in refused["problem"]["detail"]
