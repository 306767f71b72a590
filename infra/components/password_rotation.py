"""The function that gives the database's roles new passwords."""

from typing import Final

from aws_cdk import Duration
from constructs import Construct

from infra.components.database import OWNER_SECRET, Database
from infra.components.function import FunctionCode, PipelineFunction
from infra.components.network import Network
from infra.stages import Stage

ROTATION_PERIOD: Final = Duration.days(30)


class PasswordRotation(Construct):
    """The function, and on AWS the times at which Secrets Manager calls it."""

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
            name="data-pipeline-password-rotation",
            handler="data_pipeline.rotation.handler.handle",
            description="Gives the database's roles new passwords",
            memory_mib=256,
            timeout=Duration.minutes(1),
            environment={"OWNER_SECRET_ID": OWNER_SECRET},
        )
        secrets = {
            "Owner": database.owner_secret,
            "Writer": database.writer_secret,
            "Reader": database.reader_secret,
        }
        for secret in secrets.values():
            secret.grant_read(self.function)
            secret.grant_write(self.function)
        if not stage.is_on_aws:
            return
        for name, secret in secrets.items():
            secret.add_rotation_schedule(
                name, rotation_lambda=self.function, automatically_after=ROTATION_PERIOD
            )
