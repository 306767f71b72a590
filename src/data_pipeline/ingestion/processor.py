"""What becomes of one announced object: loaded, refused with an alert, or known already."""

import time
from typing import TYPE_CHECKING, Any

import psycopg
from aws_lambda_powertools.metrics import MetricUnit

from data_pipeline.aws.observability import logger, metrics
from data_pipeline.ingestion import alerts, confirmations, ledger
from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.load import load
from data_pipeline.ingestion.merge import Counts
from data_pipeline.ingestion.undisturbed import undisturbed
from data_pipeline.ingestion.unreadable import UnreadableFile
from data_pipeline.sources.registry import source_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient


class Processor:
    """Processes objects with the connections of one execution environment."""

    def __init__(
        self,
        *,
        s3: "S3Client",
        sns: "SNSClient",
        alert_topic_arn: str,
        default_currency: str | None = None,
    ) -> None:
        self._s3 = s3
        self._sns = sns
        self._alert_topic_arn = alert_topic_arn
        self._default_currency = default_currency

    def process(self, connection: psycopg.Connection[Any], created: ObjectCreated) -> None:
        """Loads an object, or refuses it for good.

        Raises:
            psycopg.Error, BotoCoreError, ClientError: it could be neither now.
        """
        with connection.transaction():
            file_id = ledger.claim(connection, created)
        if file_id is None:
            logger.info("file is known already", extra={"key": created.key})
            return
        try:
            self._load(connection, created, file_id)
        except UnreadableFile as reason:
            self._refuse(connection, created, file_id, reason)

    def _load(
        self, connection: psycopg.Connection[Any], created: ObjectCreated, file_id: int
    ) -> None:
        started = time.perf_counter()
        currency = self._default_currency
        counts = undisturbed(
            lambda is_disturbed: load(
                connection,
                self._s3,
                created,
                file_id,
                default_currency=currency,
                in_order=is_disturbed,
            )
        )
        if counts is None:
            return
        seconds = time.perf_counter() - started
        fields = {name: getattr(counts, name) for name in counts.__struct_fields__}
        logger.info("file loaded", extra={"key": created.key, "file_id": file_id, **fields})
        _measure(counts, seconds)
        confirmations.compact(connection, file_id, counts.unchanged)

    def _refuse(
        self,
        connection: psycopg.Connection[Any],
        created: ObjectCreated,
        file_id: int,
        reason: UnreadableFile,
    ) -> None:
        logger.warning(
            "file refused", extra={"key": created.key, "rule": reason.rule, "reason": str(reason)}
        )
        # The alert within the transaction: rather twice than never.
        with connection.transaction():
            if ledger.fail(connection, file_id, source_name(created.key), reason):
                alerts.file_refused(self._sns, self._alert_topic_arn, created, reason)
        metrics.add_metric(name="FilesRefused", unit=MetricUnit.Count, value=1)


def _measure(counts: Counts, seconds: float) -> None:
    metrics.add_metric(name="FilesLoaded", unit=MetricUnit.Count, value=1)
    metrics.add_metric(name="RecordsInserted", unit=MetricUnit.Count, value=counts.inserted)
    metrics.add_metric(name="RecordsUpdated", unit=MetricUnit.Count, value=counts.updated)
    metrics.add_metric(name="RecordsUnchanged", unit=MetricUnit.Count, value=counts.unchanged)
    metrics.add_metric(name="RecordsStale", unit=MetricUnit.Count, value=counts.stale)
    metrics.add_metric(name="RecordsQuarantined", unit=MetricUnit.Count, value=counts.quarantined)
    metrics.add_metric(name="IngestSeconds", unit=MetricUnit.Seconds, value=seconds)
