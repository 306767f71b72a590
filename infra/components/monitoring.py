"""Alarms that tell the stage's people when something needs them."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.components.function import PipelineFunction

PERIOD = Duration.minutes(1)


class Alarms(Construct):
    """Alarms that are raised when a metric is above zero, each with what to do about it."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._action = actions.SnsAction(topic)

    def add_function_errors(self, functions: Sequence[PipelineFunction]) -> None:
        """Watches for invocations that fail."""
        for function in functions:
            self._add(
                f"{function.label}-errors",
                "An invocation failed. Read the function's log for the reason.",
                function.metric_errors(period=PERIOD),
            )

    def add_dead_letters(self, queue: sqs.IQueue) -> None:
        """Watches for files that could not be loaded in all their attempts."""
        self._add(
            "data-pipeline-ingest-dead-letters",
            "Files could not be loaded. Remove the cause, then redrive the dead-letter queue.",
            queue.metric_approximate_number_of_messages_visible(
                period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
            ),
        )

    def add_failed_executions(self, state_machine: sfn.IStateMachine) -> None:
        """Watches for jobs that end in failure."""
        self._add(
            "data-pipeline-analytics-job-failures",
            "A job failed. Its execution's history names the state and the error.",
            state_machine.metric_failed(period=PERIOD),
        )

    def _add(self, name: str, description: str, metric: cloudwatch.IMetric) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=name,
            alarm_description=description,
            metric=metric,
            threshold=0,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
