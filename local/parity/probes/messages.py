"""What SQS and SNS do for messages."""

import json
from typing import Final

from local.parity.control import ONLY_ON_AWS, Finding, Subject, different, enforced_if
from local.parity.workbench import SHORT_SECONDS, Workbench

MESSAGES: Final = Subject("Messages")


@MESSAGES.control(
    "Visibility timeout",
    probed="a message that is received and not deleted",
    on_aws="hidden until the timeout, then received again",
)
def _visibility(bench: Workbench) -> Finding:
    client = bench.client("sqs")
    queue, _ = bench.queue(VisibilityTimeout="8")
    client.send_message(QueueUrl=queue, MessageBody="probe")
    client.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    hidden = not client.receive_message(QueueUrl=queue).get("Messages")
    return enforced_if(hidden and bench.messages(queue) == ["probe"])


@MESSAGES.control(
    "Dead letters",
    probed="a message that is received once more than its queue allows",
    on_aws="moved to the dead-letter queue",
)
def _dead_letters(bench: Workbench) -> Finding:
    queue, dead_letters = _queue_with_dead_letters(bench)
    return enforced_if(_dead(bench, queue, dead_letters) == ["probe"])


@MESSAGES.control(
    "Redrive of dead letters",
    probed="a dead letter, moved back by a message move task",
    on_aws="back in its queue",
)
def _redrive(bench: Workbench) -> Finding:
    client = bench.client("sqs")
    queue, dead_letters = _queue_with_dead_letters(bench)
    found = client.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])
    client.send_message(QueueUrl=queue, MessageBody="probe")
    _receive_twice(bench, queue)
    client.start_message_move_task(SourceArn=found["Attributes"]["QueueArn"])
    return enforced_if(bench.messages(queue) == ["probe"])


def _queue_with_dead_letters(bench: Workbench) -> tuple[str, str]:
    dead_letters, arn = bench.queue()
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    queue, _ = bench.queue(VisibilityTimeout="0", RedrivePolicy=policy)
    return queue, dead_letters


def _dead(bench: Workbench, queue: str, dead_letters: str) -> list[str]:
    bench.client("sqs").send_message(QueueUrl=queue, MessageBody="probe")
    _receive_twice(bench, queue)
    return bench.messages(dead_letters)


def _receive_twice(bench: Workbench, queue: str) -> None:
    client = bench.client("sqs")
    client.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    client.receive_message(QueueUrl=queue, WaitTimeSeconds=1)


@MESSAGES.control(
    "Filter policies",
    probed="two messages, of which a subscription's policy lets one through",
    on_aws="that one is delivered",
)
def _filters(bench: Workbench) -> Finding:
    topic, (queue, queue_arn) = bench.topic(), bench.queue()
    policy = json.dumps({"status": ["FAILED"]})
    bench.subscribe(topic, "sqs", queue_arn, FilterPolicy=policy, RawMessageDelivery="true")
    for status in ("SUCCEEDED", "FAILED"):
        bench.client("sns").publish(
            TopicArn=topic,
            Message=status,
            MessageAttributes={"status": {"DataType": "String", "StringValue": status}},
        )
    first = bench.messages(queue)
    return enforced_if(first == ["FAILED"] and not bench.messages(queue, within=SHORT_SECONDS))


@MESSAGES.control(
    "E-mail",
    probed="a message to a topic with an e-mail address",
    on_aws="sent once the address was confirmed",
)
def _email(bench: Workbench) -> Finding:
    topic, address = bench.topic(), f"{bench.name()}@example.com"
    bench.subscribe(topic, "email", address)
    bench.client("sns").publish(TopicArn=topic, Message="probe")
    box = f"{bench.environment.endpoint}/_aws/ses"

    def letters() -> list[str]:
        answer = bench.fetch("GET", box, params={"email": ""})
        if not answer.ok:
            return []
        return [
            str(one["Id"])
            for one in answer.json()["messages"]
            if address in one["Destination"].get("ToAddresses", ())
        ]

    arrived = bench.happens(letters)
    for letter in letters():
        bench.fetch("DELETE", box, params={"id": letter})
    return different("unconfirmed, into the local mail box") if arrived else ONLY_ON_AWS


@MESSAGES.control(
    "TLS alone",
    probed="plain HTTP to the ingest queue and the alert topic, whose policies deny it",
    on_aws="refused",
)
def _tls(bench: Workbench) -> Finding:
    output = bench.environment.output
    queue = bench.refused(
        bench.client("sqs").get_queue_attributes,
        QueueUrl=output("DataPipelineStack", "IngestQueueUrl"),
    )
    topic = bench.refused(
        bench.client("sns").list_subscriptions_by_topic,
        TopicArn=output("DataPipelineStack", "AlertTopicArn"),
    )
    return enforced_if(queue is not None and topic is not None)


@MESSAGES.control(
    "Encryption at rest",
    probed="a message to a topic whose key of KMS is disabled",
    on_aws="refused with `KMSDisabled`",
)
def _encryption(bench: Workbench) -> Finding:
    key = bench.key()
    topic = bench.topic(KmsMasterKeyId=key)
    bench.client("kms").disable_key(KeyId=key)
    code = bench.refused(bench.client("sns").publish, TopicArn=topic, Message="probe")
    return enforced_if(code is not None)
