"""Tells people of files that were refused: nothing is lost silently."""

import json
from typing import TYPE_CHECKING

from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.unreadable import UnreadableFile

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


def file_refused(
    sns: "SNSClient", topic_arn: str, created: ObjectCreated, reason: UnreadableFile
) -> None:
    """Says which file was refused and why.

    Raises:
        ClientError: the alert could not be sent.
    """
    content = {
        "event": "FileRefused",
        "bucket": created.bucket,
        "key": created.key,
        "versionId": created.version_id,
        "rule": reason.rule,
        "reason": str(reason),
    }
    _publish(sns, topic_arn, "Data pipeline: a file was refused", content)


def message_refused(sns: "SNSClient", topic_arn: str, message_id: str, reason: str) -> None:
    """Says which message of the queue is no notification of S3.

    Raises:
        ClientError: the alert could not be sent.
    """
    content = {"event": "MessageRefused", "messageId": message_id, "reason": reason}
    _publish(sns, topic_arn, "Data pipeline: a message was refused", content)


def _publish(sns: "SNSClient", topic_arn: str, subject: str, content: dict[str, str]) -> None:
    message = json.dumps(content, indent=2, ensure_ascii=False)
    sns.publish(TopicArn=topic_arn, Subject=subject, Message=message)
