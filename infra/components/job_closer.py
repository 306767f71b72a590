"""Closes jobs whose execution has ended, whoever or whatever ended it."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.components.function import PipelineFunction
from infra.components.job_store import JobStore
from infra.components.notifications import Notifications
from infra.components.platform import Platform

ENDS: Final = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


class JobCloser(Construct):
    """The function and the rule that calls it at each end of an execution.

    An execution that is aborted, or times out as a whole, has no step left that could give its job
    a final status.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        store: JobStore,
        notifications: Notifications,
        state_machine: sfn.StateMachine,
        api_url: str,
    ) -> None:
        super().__init__(scope, construct_id)
        topic = notifications.job_topic
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            name="data-pipeline-job-closer",
            handler="data_pipeline.jobs.closing.handle",
            description="Closes jobs whose execution has ended",
            memory_mib=256,
            timeout=Duration.seconds(30),
            environment={
                "JOBS_TABLE": store.table.table_name,
                "JOB_TOPIC_ARN": topic.topic_arn,
                "API_URL": api_url,
            },
        )
        self.function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", on=[store.table.table_arn])
        self.function.allow("sns:Publish", on=[topic.topic_arn])
        notifications.allow_encryption(self.function)
        rule = events.Rule(
            self,
            "ExecutionEnded",
            description="An execution of the job workflow has ended",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [state_machine.state_machine_arn], "status": ENDS},
            ),
        )
        rule.add_target(
            targets.LambdaFunction(
                self.function, retry_attempts=10, max_event_age=Duration.hours(2)
            )
        )
