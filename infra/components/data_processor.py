"""The function that turns arriving files into canonical rows."""

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from infra.components.function import PipelineFunction
from infra.components.notifications import Notifications
from infra.components.platform import Platform
from infra.components.raw_data import RawData

TIMEOUT = Duration.minutes(5)
# Few files share one invocation's timeout.
BATCH_SIZE = 5


class DataProcessor(Construct):
    """Loads the files that the ingest queue tells of."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        raw_data: RawData,
        notifications: Notifications,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            login=platform.database.writer,
            name="data-pipeline-data-processor",
            handler="data_pipeline.ingestion.handler.handle",
            description="Validates arriving files, maps them to the canonical schema, upserts them",
            memory_mib=512,
            timeout=TIMEOUT,
            environment={
                "ALERT_TOPIC_ARN": notifications.alert_topic.topic_arn,
                "DEFAULT_CURRENCY": platform.stage.default_currency,
            },
        )
        raw_data.grant_read_version(self.function)
        notifications.allow_alerts(self.function)
        self.function.add_event_source(
            event_sources.SqsEventSource(
                raw_data.queue,
                batch_size=BATCH_SIZE,
                report_batch_item_failures=True,
                max_concurrency=platform.stage.ingest_concurrency,
            )
        )
