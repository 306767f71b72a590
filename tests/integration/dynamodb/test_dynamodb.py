"""The local DynamoDB does what the pipeline relies on."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.state import Environment

SWEEP_SECONDS = 60


@pytest.fixture(scope="module")
def dynamodb(environment: Environment) -> Any:
    return environment.client("dynamodb")


@pytest.fixture
def table(dynamodb: Any, unique: str) -> Iterator[str]:
    name = f"dynamodb-test-{unique}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "jobId", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "jobId", "AttributeType": "S"},
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "createdAt", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "owner-createdAt-index",
                "KeySchema": [
                    {"AttributeName": "owner", "KeyType": "HASH"},
                    {"AttributeName": "createdAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


def keys_in(dynamodb: Any, table: str) -> set[str]:
    return {item["jobId"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}


def test_conditional_put_succeeds_once_among_many_at_once(dynamodb: Any, table: str) -> None:
    def put(number: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=table,
                Item={"jobId": {"S": "same"}, "number": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(jobId)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(put, range(50))) == 1


def test_counter_loses_no_update_among_many_at_once(dynamodb: Any, table: str) -> None:
    def add(_: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key={"jobId": {"S": "counter"}},
            UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(add, range(100)))
    item = dynamodb.get_item(TableName=table, Key={"jobId": {"S": "counter"}})["Item"]
    assert item["hits"] == {"N": "100"}


def test_update_whose_condition_fails_changes_nothing(dynamodb: Any, table: str) -> None:
    key = {"jobId": {"S": "one"}}
    dynamodb.put_item(TableName=table, Item={**key, "status": {"S": "CANCELLED"}})
    with pytest.raises(ClientError) as refused:
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET #status = :done",
            ConditionExpression="#status = :running",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":done": {"S": "SUCCEEDED"}, ":running": {"S": "RUNNING"}},
        )
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    item = dynamodb.get_item(TableName=table, Key=key)["Item"]
    assert item["status"] == {"S": "CANCELLED"}


def test_index_gives_an_owners_items_newest_first_and_page_by_page(
    dynamodb: Any, table: str
) -> None:
    for day in range(1, 6):
        dynamodb.put_item(
            TableName=table,
            Item={
                "jobId": {"S": f"job-{day}"},
                "owner": {"S": "somebody else" if day == 3 else "me"},
                "createdAt": {"S": f"2026-03-0{day}T00:00:00Z"},
            },
        )
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName="owner-createdAt-index",
        KeyConditionExpression="#owner = :me",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":me": {"S": "me"}},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 3},
    )
    found = [[item["jobId"]["S"] for item in page["Items"]] for page in pages]
    assert [job for page in found for job in page] == ["job-5", "job-4", "job-2", "job-1"]
    assert len(found[0]) == 3


def test_expired_items_are_removed_and_no_others(dynamodb: Any, table: str) -> None:
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"}
    )
    now = int(time.time())
    values = {
        "expired": {"N": str(now - 1)},
        "valid": {"N": str(now + 3600)},
        "text": {"S": str(now - 1)},
        "older than five years": {"N": str(now - 6 * 365 * 24 * 3600)},
    }
    dynamodb.put_item(TableName=table, Item={"jobId": {"S": "without"}})
    for key, value in values.items():
        dynamodb.put_item(TableName=table, Item={"jobId": {"S": key}, "expiresAt": value})
    deadline = time.monotonic() + 3 * SWEEP_SECONDS
    while "expired" in keys_in(dynamodb, table):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert keys_in(dynamodb, table) == {"without", *values} - {"expired"}
