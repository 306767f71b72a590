"""Where jobs and their results are kept."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from data_pipeline.jobs.job import RESULT_DAYS, listed_attributes
from infra.components.accepted_rules import accept_resources
from infra.components.access_logs import AccessLogs
from infra.components.expiring_table import ExpiringTable
from infra.components.function import PipelineFunction
from infra.components.private_bucket import PrivateBucket
from infra.stages import Stage

OWNER_INDEX: Final = "owner-createdAt-index"


class JobStore(Construct):
    """The jobs table, and the bucket for results too large for it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, access_logs: AccessLogs
    ) -> None:
        super().__init__(scope, construct_id)
        self.table = self._create_table(stage)
        self.results_bucket = self._create_results_bucket(stage, access_logs)
        self.owner_index_arn = f"{self.table.table_arn}/index/{OWNER_INDEX}"
        self.results_arn = self.results_bucket.arn_for_objects("jobs/*")

    def accept_results(self, function: PipelineFunction) -> None:
        """Accepts that a function may use each job's result."""
        accept_resources(
            function.own_role,
            self.results_bucket,
            "/jobs/*",
            because="Each job's result is an object of its own.",
        )

    def _create_table(self, stage: Stage) -> ExpiringTable:
        table = ExpiringTable(self, "Table", key="jobId", removal_policy=stage.removal_policy)
        table.add_global_secondary_index(
            index_name=OWNER_INDEX,
            partition_key=dynamodb.Attribute(name="owner", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="createdAt", type=dynamodb.AttributeType.STRING),
            # What lists show. A result, of up to 200 KB, would be stored and paid for twice.
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=listed_attributes(),
        )
        return table

    def _create_results_bucket(self, stage: Stage, access_logs: AccessLogs) -> PrivateBucket:
        return PrivateBucket(
            self,
            "ResultsBucket",
            stage=stage,
            access_logs=access_logs.bucket,
            access_logs_prefix="results/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    prefix=f"jobs/{days}/",
                    expiration=Duration.days(days),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
                for days in RESULT_DAYS
            ],
            # A page that follows the redirect to a result reads it from this bucket.
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.GET],
                    allowed_origins=[stage.cors_origin],
                    allowed_headers=["*"],
                )
            ],
        )
