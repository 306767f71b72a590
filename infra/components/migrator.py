"""The function that brings the database to the schema of this release."""

from aws_cdk import Duration
from constructs import Construct

from infra.components.function import PipelineFunction
from infra.components.platform import Platform


class Migrator(Construct):
    """Applies the migrations as the owner of the database; invoked after each deployment."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform) -> None:
        super().__init__(scope, construct_id)
        database = platform.database
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            administers_database=True,
            name="data-pipeline-migrator",
            handler="data_pipeline.migrator.handler.handle",
            description="Applies the migrations and sets up the database's roles",
            memory_mib=256,
            timeout=Duration.minutes(5),
            environment={
                "DATABASE_SECRET_ID": database.owner.secret_id,
                "WRITER_SECRET_ID": database.writer.secret_id,
                "READER_SECRET_ID": database.reader.secret_id,
            },
        )
        secrets = [login.secret_arn for login in database.logins.values()]
        self.function.allow("secretsmanager:GetSecretValue", on=secrets)
