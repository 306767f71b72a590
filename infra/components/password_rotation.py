"""The function that gives the database's roles new passwords."""

from typing import Final

from aws_cdk import Duration
from constructs import Construct

from infra.components.function import PipelineFunction
from infra.components.platform import Platform

ROTATION_PERIOD: Final = Duration.days(30)


class PasswordRotation(Construct):
    """The function, and on AWS the times at which Secrets Manager calls it."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform) -> None:
        super().__init__(scope, construct_id)
        database = platform.database
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            administers_database=True,
            name="data-pipeline-password-rotation",
            handler="data_pipeline.rotation.handler.handle",
            description="Gives the database's roles new passwords",
            memory_mib=256,
            timeout=Duration.minutes(1),
            environment={"OWNER_SECRET_ID": database.owner.secret_id},
        )
        self.function.allow(
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
            on=[login.secret_arn for login in database.logins.values()],
        )
        if not platform.stage.is_on_aws:
            return
        for name, login in database.logins.items():
            login.secret.add_rotation_schedule(
                name, rotation_lambda=self.function, automatically_after=ROTATION_PERIOD
            )
