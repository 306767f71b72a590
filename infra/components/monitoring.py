"""Alarms that tell the stage's people when something needs them, each with what to do about it."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.components import metrics
from infra.components.function import PipelineFunction
from infra.stages import ManagedDatabase

PERIOD: Final = Duration.minutes(1)
# For what says little in a single minute.
LONG_PERIOD: Final = Duration.minutes(5)
API_FAULTS: Final = 5
API_LATENCY: Final = Duration.seconds(10)
QUARANTINED_PERCENT: Final = 5
DATABASE_CPU_PERCENT: Final = 80
# RDS enlarges the storage at a tenth, if it may:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
FREE_STORAGE_SHARE: Final = 0.08
GIBIBYTE: Final = 1024**3


class Alarms(Construct):
    """The alarms of one stack."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._action = actions.SnsAction(topic)

    def add_functions(self, functions: Sequence[PipelineFunction]) -> None:
        """Watches for invocations that fail, or that Lambda refuses to start."""
        for function in functions:
            self._add(
                f"{function.label}-errors",
                "An invocation failed. Read the function's log for the reason.",
                function.metric_errors(period=PERIOD),
            )
            self._add(
                f"{function.label}-throttles",
                "Lambda started no more environments. Look at the account's concurrency limit.",
                function.metric_throttles(period=PERIOD),
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

    def add_quarantine(self) -> None:
        """Watches for files with an unusual share of records that break a rule."""
        self._add(
            "data-pipeline-quarantined-records",
            f"More than {QUARANTINED_PERCENT} % of the records went to quarantine. Read "
            "ingest.quarantine for the rules; mend the source or the rule, then replay.",
            metrics.quarantined_percent(period=LONG_PERIOD),
            above=QUARANTINED_PERCENT,
        )

    def add_executions(self, state_machine: sfn.IStateMachine) -> None:
        """Watches for jobs that end in failure, or take too long as a whole."""
        self._add(
            "data-pipeline-analytics-job-failures",
            "A job failed. Its execution's history names the state and the error.",
            state_machine.metric_failed(period=PERIOD),
        )
        self._add(
            "data-pipeline-analytics-job-timeouts",
            "A job's execution took too long as a whole. Its history names the state.",
            state_machine.metric_timed_out(period=PERIOD),
        )

    def add_api(self, api: apigateway.RestApi) -> None:
        """Watches for faults of the API, and for slow answers."""
        stage = api.deployment_stage
        self._add(
            "data-pipeline-api-faults",
            f"More than {API_FAULTS} answers in 5 minutes were faults. Read the access log, then "
            "the log of the function that it names.",
            stage.metric_server_error(period=LONG_PERIOD, statistic=cloudwatch.Stats.SUM),
            above=API_FAULTS,
        )
        self._add(
            "data-pipeline-api-latency",
            "One answer of a hundred takes too long. See which operation in the functions' logs; "
            "look at the database's load.",
            stage.metric_latency(period=LONG_PERIOD, statistic="p99"),
            above=API_LATENCY.to_milliseconds(),
            periods=3,
        )

    def add_database(self, instance: rds.IDatabaseInstance, size: ManagedDatabase) -> None:
        """Watches for a database that is about to be too small."""
        self._add(
            "data-pipeline-database-cpu",
            "The database is busy. Performance Insights names the statements.",
            instance.metric_cpu_utilization(period=LONG_PERIOD),
            above=DATABASE_CPU_PERCENT,
            periods=3,
        )
        self._add(
            "data-pipeline-database-connections",
            "The database has few connections left. pg_stat_activity names who holds them.",
            instance.metric_database_connections(period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM),
            above=size.many_connections,
            periods=3,
        )
        self._add(
            "data-pipeline-database-storage",
            "The database's storage is filling up, and RDS has not enlarged it. Raise its limit in "
            "infra/stages.py.",
            instance.metric_free_storage_space(
                period=LONG_PERIOD, statistic=cloudwatch.Stats.MINIMUM
            ),
            below=size.storage_gib * GIBIBYTE * FREE_STORAGE_SHARE,
        )

    def _add(
        self,
        name: str,
        description: str,
        metric: cloudwatch.IMetric,
        *,
        above: float = 0,
        below: float | None = None,
        periods: int = 1,
    ) -> None:
        comparison = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=name,
            alarm_description=description,
            metric=metric,
            threshold=above if below is None else below,
            evaluation_periods=periods,
            comparison_operator=(
                comparison.GREATER_THAN_THRESHOLD
                if below is None
                else comparison.LESS_THAN_THRESHOLD
            ),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
