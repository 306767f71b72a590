from typing import Any

import pytest

from pipeline_localstack.permissions.requirements import Place, Requirement, required

HERE = Place(region="us-east-1", account="000000000000")
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/jobs"
EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:job"


def requirements(service: str, operation: str, **parameters: Any) -> list[tuple[str, str]]:
    found = required(service, operation, parameters, HERE)
    return [(one.action, one.resource) for one in found]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("GetObject", "s3:GetObject"),
        ("HeadObject", "s3:GetObject"),
        ("CreateMultipartUpload", "s3:PutObject"),
        ("UploadPart", "s3:PutObject"),
        ("CompleteMultipartUpload", "s3:PutObject"),
        ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
    ],
)
def test_parts_of_one_thing_are_one_action_on_the_object(operation: str, action: str) -> None:
    found = requirements("s3", operation, Bucket="results", Key="jobs/7/one.csv")
    assert found == [(action, "arn:aws:s3:::results/jobs/*")]


def test_version_of_an_object_is_read_by_another_action() -> None:
    found = requirements("s3", "GetObject", Bucket="raw", Key="one.json", VersionId="3")
    assert found == [("s3:GetObjectVersion", "arn:aws:s3:::raw/*")]


def test_listing_is_about_the_bucket() -> None:
    assert requirements("s3", "ListObjectsV2", Bucket="raw", Prefix="crm-data/") == [
        ("s3:ListBucket", "arn:aws:s3:::raw")
    ]


def test_index_is_a_resource_of_its_own() -> None:
    assert requirements("dynamodb", "Query", TableName="jobs", IndexName="owner") == [
        ("dynamodb:Query", f"{TABLE}/index/owner")
    ]


def test_transaction_needs_what_its_parts_need() -> None:
    parts = [{"Put": {"TableName": "jobs"}}, {"ConditionCheck": {"TableName": "jobs"}}]
    assert requirements("dynamodb", "TransactWriteItems", TransactItems=parts) == [
        ("dynamodb:PutItem", TABLE),
        ("dynamodb:ConditionCheckItem", TABLE),
    ]


def test_batch_is_an_action_on_each_of_its_tables() -> None:
    assert requirements("dynamodb", "BatchGetItem", RequestItems={"jobs": {}, TABLE: {}}) == [
        ("dynamodb:BatchGetItem", TABLE),
        ("dynamodb:BatchGetItem", TABLE),
    ]


def test_secret_may_be_named_or_given_by_its_arn() -> None:
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:login-??????"
    for secret in ("login", arn):
        found = requirements("secretsmanager", "GetSecretValue", SecretId=secret)
        assert found == [("secretsmanager:GetSecretValue", arn)]


@pytest.mark.parametrize(
    "queue",
    [
        {"QueueName": "ingest"},
        {"QueueUrl": "http://127.0.0.1:4566/queue/us-east-1/000000000000/ingest"},
    ],
)
def test_queue_may_be_named_or_given_by_its_address(queue: dict[str, str]) -> None:
    assert requirements("sqs", "DeleteMessageBatch", **queue) == [
        ("sqs:DeleteMessage", "arn:aws:sqs:us-east-1:000000000000:ingest")
    ]


def test_executions_are_not_told_apart() -> None:
    assert requirements("stepfunctions", "StopExecution", executionArn=f"{EXECUTION}:7") == [
        ("states:StopExecution", f"{EXECUTION}:*")
    ]


def test_unknown_operation_needs_the_action_of_its_name() -> None:
    assert list(required("events", "PutEvents", {}, HERE)) == [Requirement("events:PutEvents", "*")]
