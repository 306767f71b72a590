"""What the subscribers of a topic get."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from local.state import Environment

_PATIENCE_SECONDS = 60.0
_SHORT_SECONDS = 1


@dataclass(frozen=True, kw_only=True)
class Messages:
    """A topic with a queue that has all its messages."""

    environment: Environment
    topic_arn: str
    queue_url: str

    def received(self, *, at_least: int = 0) -> list[dict[str, Any]]:
        """Those that have come: `body`, and the `attributes` that filter policies see.

        Args:
            at_least: so many are waited for.
        """
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (batch := self._receive(_SHORT_SECONDS)) or (
            len(found) < at_least and time.monotonic() < deadline
        ):
            found += batch
        return found

    def about(self, job_id: str) -> dict[str, Any]:
        """The message about a job, waited for.

        Raises:
            TimeoutError: none came.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self._receive(2):
                if message["body"]["jobId"] == job_id:
                    return message
        raise TimeoutError(f"No message about {job_id}.")

    def letter_to(self, address: str) -> str:
        """The text of the e-mail to an address, waited for.

        Raises:
            TimeoutError: none came.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for letter in letters(self.environment):
                if address in letter["Destination"]["ToAddresses"]:
                    return str(letter["Body"]["text_part"])
            time.sleep(0.1)
        raise TimeoutError(f"No e-mail to {address}.")

    def _receive(self, seconds: int) -> list[dict[str, Any]]:
        sqs = self.environment.client("sqs")
        answer = sqs.receive_message(
            QueueUrl=self.queue_url,
            WaitTimeSeconds=seconds,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
        )
        for one in answer.get("Messages", []):  # or they come again half a minute later
            sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=one["ReceiptHandle"])
        return [
            {
                "body": json.loads(one["Body"]),
                "attributes": {
                    name: value["StringValue"]
                    for name, value in one.get("MessageAttributes", {}).items()
                },
            }
            for one in answer.get("Messages", [])
        ]


def letters(environment: Environment) -> list[dict[str, Any]]:
    """The e-mails in the local mail box: https://docs.localstack.cloud/aws/services/ses/"""
    answer = requests.get(f"{environment.endpoint}/_aws/ses", timeout=_PATIENCE_SECONDS)
    if answer.status_code == 404:
        return []  # the box is there from the first letter on
    return list(answer.json()["messages"])


def letters_about(environment: Environment, job_id: str) -> list[str]:
    """The texts of the e-mails that name a job, of which one at least is waited for.

    Raises:
        TimeoutError: none came.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        texts = [str(letter["Body"]["text_part"]) for letter in letters(environment)]
        if found := [text for text in texts if job_id in text]:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"No e-mail about {job_id}.")


@contextmanager
def subscribed(environment: Environment, topic_arn: str | None = None) -> Iterator[Messages]:
    """A queue that gets all messages of the topic, or of a new one."""
    sns, sqs = environment.client("sns"), environment.client("sqs")
    name = f"test-{uuid.uuid4().hex}"
    topic = topic_arn or sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=attributes["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    try:
        yield Messages(environment=environment, topic_arn=topic, queue_url=queue)
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=queue)
        if topic_arn is None:
            sns.delete_topic(TopicArn=topic)
