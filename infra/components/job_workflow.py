"""The workflow that carries a job from QUEUED to its end.

Each status is written under a condition on the status before it, so a job that was cancelled
meanwhile stays cancelled, and nobody is told that it ended otherwise.
"""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_stepfunctions import JsonPath
from constructs import Construct

from infra.components import job_notice, job_tasks
from infra.components.accepted_rules import accept, accept_resources
from infra.components.job_failure import JobFailure
from infra.components.job_store import JobStore
from infra.components.log_group import PipelineLogGroup
from infra.components.notifications import Notifications
from infra.stages import Stage

NAME: Final = "data-pipeline-analytics-job"
# More than all attempts of a query can take, so that the workflow itself says how its job ended.
EXECUTION_TIMEOUT: Final = Duration.hours(3)
ANSWER: Final = "$.result.payload"


class JobWorkflow(Construct):
    """The state machine of analytics jobs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        store: JobStore,
        runner: lambda_.IFunction,
        notifications: Notifications,
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = notifications.job_topic
        self._table = store.table
        log_group = PipelineLogGroup(
            self,
            "LogGroup",
            stage=stage,
            # This prefix keeps the log groups' shared resource policy short:
            # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
            name=f"/aws/vendedlogs/states/{NAME}",
        )
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=NAME,
            definition_body=sfn.DefinitionBody.from_chainable(self._definition(runner)),
            timeout=EXECUTION_TIMEOUT,
            tracing_enabled=True,
            # Results are customers' data, which has no place in a log.
            logs=sfn.LogOptions(
                destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=False
            ),
        )
        notifications.allow_encryption(self.state_machine)
        accept(
            self.state_machine,
            "AwsSolutions-IAM5[Resource::*]",
            because="The delivery of logs and traces are set up for the account, not a resource.",
        )
        accept_resources(
            self.state_machine, runner, ":*", because="Any version of this one function."
        )

    def _definition(self, runner: lambda_.IFunction) -> sfn.IChainable:
        register = self._register()
        run = job_tasks.run_query(self, "RunQuery", function=runner)
        store_inline = self._store("StoreInlineResult", "resultJson")
        store_reference = self._store("StoreResult", "resultKey")
        complete = self._complete()

        failure = JobFailure(self, table=self._table, topic=self._topic)
        failure.catch_query_errors(run)
        for step in (register, store_inline, store_reference, complete):
            failure.catch_table_errors(step)

        notice = job_notice.describe(
            self,
            "DescribeCompletion",
            status="SUCCEEDED",
            details={
                name: JsonPath.number_at(f"{ANSWER}.{name}")
                for name in ("rowCount", "bytes", "durationMs")
            },
        )
        notification = job_notice.notify_success(self, "NotifyCompletion", topic=self._topic)
        ending = complete.next(notice).next(notification)
        is_inline = sfn.Condition.string_equals(f"{ANSWER}.kind", "inline")
        return register.next(run).next(
            sfn.Choice(self, "IsResultInline")
            .when(is_inline, store_inline.next(ending))
            .otherwise(store_reference.next(ending))
        )

    def _register(self) -> tasks.DynamoUpdateItem:
        return job_tasks.update_job(
            self,
            "RegisterJob",
            table=self._table,
            update="SET #status = :running, startedAt = if_not_exists(startedAt, :now)",
            # When only the answer was lost, the second attempt finds what the first one wrote.
            only_if="#status IN (:queued, :running)",
            values={
                ":queued": job_tasks.text("QUEUED"),
                ":running": job_tasks.text("RUNNING"),
                ":now": job_tasks.now(),
            },
        )

    def _store(self, construct_id: str, attribute: str) -> tasks.DynamoUpdateItem:
        return job_tasks.update_job(
            self,
            construct_id,
            table=self._table,
            update=(
                f"SET {attribute} = :result, rowCount = :rowCount, bytes = :bytes, "
                "durationMs = :durationMs"
            ),
            only_if="#status = :running",
            values={
                ":running": job_tasks.text("RUNNING"),
                ":result": job_tasks.text_at(f"{ANSWER}.{attribute}"),
                **{
                    f":{number}": job_tasks.number_at(f"{ANSWER}.{number}")
                    for number in ("rowCount", "bytes", "durationMs")
                },
            },
        )

    def _complete(self) -> tasks.DynamoUpdateItem:
        return job_tasks.update_job(
            self,
            "CompleteJob",
            table=self._table,
            update="SET #status = :succeeded, completedAt = if_not_exists(completedAt, :now)",
            only_if="#status IN (:running, :succeeded)",
            values={
                ":running": job_tasks.text("RUNNING"),
                ":succeeded": job_tasks.text("SUCCEEDED"),
                ":now": job_tasks.now(),
            },
        )
