"""The function `data-pipeline-data-processor`."""

from functools import cache
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.aws import clients
from data_pipeline.aws.database import Database
from data_pipeline.aws.observability import logger, publish_metrics
from data_pipeline.aws.settings import load
from data_pipeline.ingestion import alerts
from data_pipeline.ingestion.events import objects_created
from data_pipeline.ingestion.processor import Processor
from data_pipeline.ingestion.redelivery import postpone
from data_pipeline.ingestion.settings import DataProcessorSettings

_APPLICATION = "data-processor"


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Loads the objects that the messages of a queue announce.

    Bad input is refused once, with an alert. A message that met a fault of the platform is
    reported as failed, so that the queue delivers it again:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    failed = [message["messageId"] for message in event["Records"] if not _succeeds(message)]
    publish_metrics()
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _succeeds(message: dict[str, Any]) -> bool:
    logger.set_correlation_id(message["messageId"])
    try:
        _process(message)
    except Exception:  # noqa: BLE001 -- one message must not fail the others, whatever it meets
        logger.exception("message failed")
        _postpone(message)
        return False
    return True


def _postpone(message: dict[str, Any]) -> None:
    try:
        seconds = postpone(clients.sqs(), message)
    except (BotoCoreError, ClientError):
        logger.exception("message comes back only after the queue's visibility timeout")
    else:
        logger.info("message comes back", extra={"seconds": seconds})


def _process(message: dict[str, Any]) -> None:
    try:
        announced = objects_created(message["body"])
    except msgspec.DecodeError as error:
        topic = _settings().alert_topic_arn
        alerts.message_refused(clients.sns(), topic, message["messageId"], str(error))
        return
    for created in announced:
        _processor().process(_database().connection(message["messageId"]), created)


@cache
def _settings() -> DataProcessorSettings:
    return load(DataProcessorSettings)


@cache
def _database() -> Database:
    return Database(secret_id=_settings().database_secret_id, application=_APPLICATION)


@cache
def _processor() -> Processor:
    return Processor(
        s3=clients.s3(),
        sns=clients.sns(),
        alert_topic_arn=_settings().alert_topic_arn,
        default_currency=_settings().default_currency,
    )
