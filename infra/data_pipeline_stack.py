"""From an arriving file to canonical rows in the database."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.components.access_logs import AccessLogs
from infra.components.budget import Budget
from infra.components.data_processor import TIMEOUT, DataProcessor
from infra.components.database import Database
from infra.components.migrator import Migrator
from infra.components.monitoring import Alarms
from infra.components.network import Network
from infra.components.notifications import Notifications
from infra.components.password_rotation import PasswordRotation
from infra.components.platform import Platform
from infra.components.raw_data import RawData
from infra.components.replay import Replay
from infra.lambda_bundle import LambdaBundle
from infra.stages import Stage


class DataPipelineStack(Stack):
    """Network, database, raw bucket, queue, data processor, migrator, replay and topics."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, bundle: LambdaBundle
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=construct_id,
            description="Validates arriving JSON exports and unifies them in PostgreSQL",
            termination_protection=stage.termination_protection,
            tags={"project": "data-pipeline", "stage": stage.name},
        )
        self.network = Network(self, "Network", stage=stage)
        self.database = Database(self, "Database", stage=stage, network=self.network)
        platform = Platform.of_stack(
            stage=stage, bundle=bundle, network=self.network, database=self.database
        )
        self.notifications = Notifications(self, "Notifications", stage=stage)
        self.access_logs = AccessLogs(self, "AccessLogs", stage=stage)
        self.raw_data = RawData(
            self,
            "RawData",
            stage=stage,
            processor_timeout=TIMEOUT,
            access_logs=self.access_logs,
        )
        self.data_processor = DataProcessor(
            self,
            "DataProcessor",
            platform=platform,
            raw_data=self.raw_data,
            notifications=self.notifications,
        )
        self.migrator = Migrator(self, "Migrator", platform=platform)
        self.replay = Replay(self, "Replay", platform=platform, raw_data=self.raw_data)
        self.password_rotation = PasswordRotation(self, "PasswordRotation", platform=platform)
        alarms = Alarms(self, "Alarms", topic=self.notifications.alert_topic)
        alarms.add_functions(
            [
                self.data_processor.function,
                self.migrator.function,
                self.replay.function,
                self.password_rotation.function,
            ]
        )
        alarms.add_dead_letters(self.raw_data.dead_letter_queue)
        alarms.add_quarantine()
        if self.database.instance is not None and stage.database is not None:
            alarms.add_database(self.database.instance, stage.database)
        if stage.monthly_budget is not None:
            Budget(self, "Budget", dollars=stage.monthly_budget, notifications=self.notifications)
        self._add_outputs()

    def _add_outputs(self) -> None:
        for name, value in {
            "RawBucketName": self.raw_data.bucket.bucket_name,
            "IngestQueueUrl": self.raw_data.queue.queue_url,
            "IngestDeadLetterQueueUrl": self.raw_data.dead_letter_queue.queue_url,
            "AlertTopicArn": self.notifications.alert_topic.topic_arn,
            "DataProcessorFunctionName": self.data_processor.function.function_name,
            "ReplayFunctionName": self.replay.function.function_name,
            "MigratorFunctionName": self.migrator.function.function_name,
            "OwnerSecretId": self.database.owner.secret_id,
            "WriterSecretId": self.database.writer.secret_id,
            "ReaderSecretId": self.database.reader.secret_id,
        }.items():
            CfnOutput(self, name, value=value)
