"""What is deployed, under what its users do to it: thousands of files, odd names, bad messages."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.state import Environment

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


def wait_for_files(rows: Rows, prefix: str, count: int) -> list[dict[str, Any]]:
    """The entries of so many files in the ledger, when all of them are done with."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    query = "SELECT * FROM ingest.files WHERE starts_with(key, %s) AND finished_at IS NOT NULL"
    while len(found := rows(query, prefix)) < count:
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


def test_bad_input_leaves_the_queue_at_once_and_the_next_file_is_loaded(
    environment: Environment, raw_bucket: str, unique: str, rows: Rows
) -> None:
    s3, sqs = environment.client("s3"), environment.client("sqs")
    dead = waiting_messages(environment)["IngestDeadLetterQueueUrl"]
    prefix = f"crm-data/{unique}/"
    bad = {"empty.json": b"", "cut.json": b'[{"id": ', "deep.json": b"[" * 100_000, "a.csv": b"1"}
    for name, body in bad.items():
        s3.put_object(Bucket=raw_bucket, Key=prefix + name, Body=body)
    queue = environment.output("DataPipelineStack", "IngestQueueUrl")
    for message in ("no notification", "{}", '{"Records": [{}]}'):
        sqs.send_message(QueueUrl=queue, MessageBody=message)
    s3.put_object(Bucket=raw_bucket, Key=f"{prefix}z.json", Body=b'[{"id": "z", "name": "A"}]')
    files = wait_for_files(rows, prefix, len(bad) + 1)
    assert {file["status"] for file in files if not file["key"].endswith("z.json")} == {"failed"}
    assert {file["attempts"] for file in files} == {1}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := waiting_messages(environment))["IngestQueueUrl"]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
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
