"""The functions that answer questions and run jobs."""

from typing import Final

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.components.accepted_rules import accept
from infra.components.function import PipelineFunction
from infra.components.job_store import JobStore
from infra.components.job_tasks import QUERY_TIMEOUT
from infra.components.job_workflow import NAME as STATE_MACHINE_NAME
from infra.components.notifications import Notifications
from infra.components.platform import Platform
from infra.components.query_cache import QueryCache

# API Gateway waits 29 seconds for an answer:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
REQUEST_TIMEOUT: Final = Duration.seconds(29)
CACHE_TTL: Final = Duration.hours(1)


class AdvancedAnalytics(Construct):
    """Answers questions at once, from the cache where it can."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        cache: QueryCache,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            login=platform.database.reader,
            name="data-pipeline-advanced-analytics",
            handler="data_pipeline.analytics.handler.handle",
            description="Answers analytics questions",
            memory_mib=512,
            timeout=REQUEST_TIMEOUT,
            environment={
                "QUERY_CACHE_TABLE": cache.table.table_name,
                "CACHE_TTL_SECONDS": str(int(CACHE_TTL.to_seconds())),
                "CORS_ORIGIN": platform.stage.cors_origin,
            },
        )
        self.function.allow(
            "dynamodb:GetItem",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            on=[cache.table.table_arn],
        )


class JobRunner(Construct):
    """Runs the query of a job."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        store: JobStore,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            login=platform.database.reader,
            name="data-pipeline-job-runner",
            handler="data_pipeline.jobs.runner.handle",
            description="Runs a job's query and keeps its result",
            memory_mib=512,
            timeout=QUERY_TIMEOUT,
            environment={
                "JOBS_TABLE": store.table.table_name,
                "RESULTS_BUCKET": store.results_bucket.bucket_name,
            },
        )
        self.function.allow("dynamodb:UpdateItem", on=[store.table.table_arn])
        self.function.allow("s3:PutObject", "s3:AbortMultipartUpload", on=[store.results_arn])
        # An attempt ends the upload that one before it left.
        self.function.allow("s3:ListBucketMultipartUploads", on=[store.results_bucket.bucket_arn])
        store.accept_results(self.function)


class Jobs(Construct):
    """Submits, lists and cancels jobs and hands out their results; needs no database."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        store: JobStore,
        state_machine: sfn.StateMachine,
        notifications: Notifications,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            name="data-pipeline-jobs",
            handler="data_pipeline.jobs.handler.handle",
            description="Submits, lists and cancels jobs and hands out their results",
            memory_mib=256,
            timeout=REQUEST_TIMEOUT,
            environment={
                "JOBS_TABLE": store.table.table_name,
                "RESULTS_BUCKET": store.results_bucket.bucket_name,
                "STATE_MACHINE_ARN": state_machine.state_machine_arn,
                "JOB_TOPIC_ARN": notifications.job_topic.topic_arn,
                "JOBS_PER_OWNER": str(platform.stage.request_limits.unfinished_jobs),
                "CORS_ORIGIN": platform.stage.cors_origin,
            },
        )
        self.function.allow(
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=[store.table.table_arn],
        )
        self.function.allow("dynamodb:Query", on=[store.owner_index_arn])
        self.function.allow("s3:GetObject", on=[store.results_arn])
        store.accept_results(self.function)
        self.function.allow("sns:Publish", on=[notifications.job_topic.topic_arn])
        notifications.allow_encryption(self.function)
        state_machine.grant_start_execution(self.function)
        self._allow_stopping()

    def _allow_stopping(self) -> None:
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{STATE_MACHINE_NAME}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.function.allow("states:StopExecution", on=[executions])
        accept(
            self.function.own_role,
            "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:"
            f"<AWS::AccountId>:execution:{STATE_MACHINE_NAME}:*]",
            because="Each job is an execution of its own; these are the workflow's alone.",
        )
