"""A log group that forgets, and goes or stays with the stage's data."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.stages import Stage


class PipelineLogGroup(logs.LogGroup):
    """A log group of the pipeline."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, name: str) -> None:
        super().__init__(
            scope,
            construct_id,
            log_group_name=name,
            retention=stage.log_retention,
            removal_policy=stage.removal_policy,
        )
