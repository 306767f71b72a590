"""A message that met a fault, in a real queue."""

import time
import uuid
from collections.abc import Iterator

import pytest

from data_pipeline.ingestion.redelivery import postpone
from local.state import Environment

QUEUE_VISIBILITY_SECONDS = 1800


@pytest.fixture
def queue(environment: Environment) -> Iterator[str]:
    sqs = environment.client("sqs")
    url: str = sqs.create_queue(
        QueueName=f"redelivery-{uuid.uuid4().hex}",
        Attributes={"VisibilityTimeout": str(QUEUE_VISIBILITY_SECONDS)},
    )["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


def test_postponed_message_comes_back_long_before_the_queues_own_timeout(
    environment: Environment, queue: str
) -> None:
    sqs = environment.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="body")
    (received,) = sqs.receive_message(
        QueueUrl=queue, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]

    postponed_at = time.monotonic()
    seconds = postpone(
        sqs,
        {
            "receiptHandle": received["ReceiptHandle"],
            "attributes": received["Attributes"],
            "eventSourceARN": arn["QueueArn"],
        },
    )
    (again,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]

    assert seconds == 5
    assert again["Body"] == "body"
    assert time.monotonic() - postponed_at >= seconds - 1
