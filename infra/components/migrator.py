"""The function that brings the database to the schema of this release."""

from aws_cdk import Duration
from constructs import Construct

from infra.components.database import OWNER_SECRET, READER_SECRET, WRITER_SECRET, Database
from infra.components.function import FunctionCode, PipelineFunction
from infra.components.network import Network
from infra.stages import Stage


class Migrator(Construct):
    """Applies the migrations as the owner of the database; invoked after each deployment."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        code: FunctionCode,
        network: Network,
        database: Database,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            stage=stage,
            code=code,
            network=network,
            administers_database=True,
            name="data-pipeline-migrator",
            handler="data_pipeline.migrator.handler.handle",
            description="Applies the migrations and sets up the database's roles",
            memory_mib=256,
            timeout=Duration.minutes(5),
            environment={
                "DATABASE_SECRET_ID": OWNER_SECRET,
                "WRITER_SECRET_ID": WRITER_SECRET,
                "READER_SECRET_ID": READER_SECRET,
            },
        )
        for secret in (database.owner_secret, database.writer_secret, database.reader_secret):
            secret.grant_read(self.function)
