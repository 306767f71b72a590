"""When a message that met a fault of the platform is delivered again.

The queue itself would keep it hidden for its visibility timeout, which covers the longest run of
the function several times over: half an hour for a database that was away for ten seconds.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_FIRST_DELAY_SECONDS: Final = 5
_LONGEST_DELAY_SECONDS: Final = 900


def delay_seconds(receives: int) -> int:
    """How long a message that was received that often stays hidden: twice as long each time."""
    doubled: int = _FIRST_DELAY_SECONDS << (receives - 1)
    return min(_LONGEST_DELAY_SECONDS, doubled)


def postpone(sqs: "SQSClient", message: dict[str, Any]) -> int:
    """Hides a message of an invocation for as long as its number of receives says.

    Returns:
        Seconds until it is delivered again.

    Raises:
        BotoCoreError, ClientError: SQS did not take it; then the queue's own timeout holds.
    """
    _, _, _, _, account, name = message["eventSourceARN"].split(":")
    queue = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    delay = delay_seconds(int(message["attributes"]["ApproximateReceiveCount"]))
    sqs.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=message["receiptHandle"], VisibilityTimeout=delay
    )
    return delay
