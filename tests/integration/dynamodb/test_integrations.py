"""CloudFormation, Step Functions and API Gateway find the local DynamoDB as they do on AWS."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.state import Environment

ROLE = "arn:aws:iam::000000000000:role/test"


@pytest.fixture
def table(environment: Environment, unique: str) -> Iterator[str]:
    """A table as CloudFormation makes it."""
    cloudformation = environment.client("cloudformation")
    name = f"dynamodb-test-{unique}"
    properties = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "jobId", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": "jobId", "AttributeType": "S"},
            {"AttributeName": "owner", "AttributeType": "S"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "owner-index",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True},
    }
    template = {"Resources": {"Jobs": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300}
    )
    yield name
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300}
    )


def test_table_of_cloudformation_has_its_index_and_expiry(
    environment: Environment, table: str
) -> None:
    dynamodb = environment.client("dynamodb")
    description = dynamodb.describe_table(TableName=table)["Table"]
    assert [index["IndexName"] for index in description["GlobalSecondaryIndexes"]] == [
        "owner-index"
    ]
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}


def test_state_machine_updates_an_item_and_sees_a_failed_condition(
    environment: Environment, table: str
) -> None:
    dynamodb = environment.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={"jobId": {"S": "one"}, "status": {"S": "QUEUED"}})
    begin = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:updateItem",
        "Parameters": {
            "TableName": table,
            "Key": {"jobId": {"S.$": "$.jobId"}},
            "UpdateExpression": "SET #status = :running",
            "ConditionExpression": "#status = :queued",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":running": {"S": "RUNNING"}, ":queued": {"S": "QUEUED"}},
        },
        "ResultPath": None,
    }
    states = {
        "Begin": {**begin, "Next": "BeginAgain"},
        "BeginAgain": {
            **begin,
            "Catch": [
                {"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "Refused"}
            ],
            "End": True,
        },
        "Refused": {"Type": "Pass", "Result": "refused", "End": True},
    }
    assert run(environment, {"StartAt": "Begin", "States": states}) == "refused"
    item = dynamodb.get_item(TableName=table, Key={"jobId": {"S": "one"}})["Item"]
    assert item["status"] == {"S": "RUNNING"}


def run(environment: Environment, definition: dict[str, Any]) -> Any:
    """The output of one execution for the job `one`."""
    stepfunctions = environment.client("stepfunctions")
    machine = stepfunctions.create_state_machine(
        name=f"dynamodb-test-{time.time_ns()}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    try:
        execution = stepfunctions.start_execution(
            stateMachineArn=machine, input=json.dumps({"jobId": "one"})
        )["executionArn"]
        deadline = time.monotonic() + 60
        while (found := stepfunctions.describe_execution(executionArn=execution))[
            "status"
        ] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert found["status"] == "SUCCEEDED", found
        return json.loads(found["output"])
    finally:
        stepfunctions.delete_state_machine(stateMachineArn=machine)


def test_api_answers_straight_from_the_table(environment: Environment, table: str) -> None:
    environment.client("dynamodb").put_item(
        TableName=table, Item={"jobId": {"S": "one"}, "status": {"S": "QUEUED"}}
    )
    gateway = environment.client("apigateway")
    api = gateway.create_rest_api(name=table)["id"]
    try:
        publish_get_item(gateway, api, table)
        address = f"{environment.endpoint}/_aws/execute-api/{api}/test"
        with requests.Session() as session:
            session.trust_env = False
            assert session.get(f"{address}/one", timeout=30).json() == {"status": "QUEUED"}
            assert session.get(f"{address}/two", timeout=30).json() == {"status": ""}
    finally:
        gateway.delete_rest_api(restApiId=api)


def publish_get_item(gateway: Any, api: str, table: str) -> None:
    """`GET /{jobId}`, answered by GetItem."""
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="{jobId}")["id"]
    place = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    gateway.put_method(
        **place,
        authorizationType="NONE",
        requestParameters={"method.request.path.jobId": True},
    )
    key = {"jobId": {"S": "$input.params('jobId')"}}
    gateway.put_integration(
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri="arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
        credentials=ROLE,
        requestTemplates={"application/json": json.dumps({"TableName": table, "Key": key})},
    )
    gateway.put_method_response(**place, statusCode="200")
    answer = """{"status": "$input.path('$.Item.status.S')"}"""
    gateway.put_integration_response(
        **place, statusCode="200", responseTemplates={"application/json": answer}
    )
    gateway.create_deployment(restApiId=api, stageName="test")
