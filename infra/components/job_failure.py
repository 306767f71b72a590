"""What becomes of a job that can't be finished."""

import json
from typing import Final

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_stepfunctions import JsonPath
from constructs import Construct

from data_pipeline.aws.problems import Problem
from data_pipeline.jobs import problems
from infra.components import job_notice, job_tasks

# Raised by the job runner for what the user can mend; its message is a problem document as JSON.
INVALID_QUERY: Final = "InvalidQuery"
# The query's, as the job runner calls it, Lambda's and Step Functions' own.
TIMEOUTS: Final = ["QueryTimeout", "Sandbox.Timedout", "States.Timeout"]
# Raised by the job runner when it finds that its job was cancelled.
CANCELLED: Final = "JobCancelled"
# The job was cancelled, or has ended: its item is not in a status that the step starts from.
WITHDRAWN: Final = "DynamoDB.ConditionalCheckFailedException"
FAILURE: Final = "$.failure"


class JobFailure:
    """The way from any error to FAILED or TIMED_OUT and the notification of it."""

    def __init__(self, scope: Construct, *, table: dynamodb.ITable, topic: sns.ITopic) -> None:
        self._withdrawn = sfn.Succeed(
            scope, "JobWithdrawn", comment="The job was cancelled or has ended already"
        )
        fail = self._fail(scope, table, topic)
        self._invalid_query = _read_invalid_query(scope, fail)
        self._timed_out = _describe(scope, "DescribeTimeout", "TIMED_OUT", problems.TIMED_OUT)
        self._fault = _describe(scope, "DescribeFault", "FAILED", problems.FAULT)
        for description in (self._timed_out, self._fault):
            description.next(fail)

    def catch_query_errors(self, step: tasks.LambdaInvoke) -> None:
        """Tells the user's errors, cancellation, timeouts and faults of the step apart."""
        step.add_catch(self._invalid_query, errors=[INVALID_QUERY], result_path=FAILURE)
        step.add_catch(self._withdrawn, errors=[CANCELLED], result_path=JsonPath.DISCARD)
        step.add_catch(self._timed_out, errors=TIMEOUTS, result_path=FAILURE)
        step.add_catch(self._fault, errors=[sfn.Errors.ALL], result_path=FAILURE)

    def catch_table_errors(self, step: tasks.DynamoUpdateItem) -> None:
        """Ends quietly when the job was withdrawn; any other error is a fault."""
        self._catch_withdrawn(step)
        step.add_catch(self._fault, errors=[sfn.Errors.ALL], result_path=FAILURE)

    def _catch_withdrawn(self, step: tasks.DynamoUpdateItem) -> None:
        step.add_catch(self._withdrawn, errors=[WITHDRAWN], result_path=JsonPath.DISCARD)

    def _fail(
        self, scope: Construct, table: dynamodb.ITable, topic: sns.ITopic
    ) -> tasks.DynamoUpdateItem:
        fail = job_tasks.update_job(
            scope,
            "FailJob",
            table=table,
            update="SET #status = :ended, completedAt = :now, errorJson = :error",
            only_if="#status IN (:queued, :running)",
            values={
                ":queued": job_tasks.text("QUEUED"),
                ":running": job_tasks.text("RUNNING"),
                ":ended": job_tasks.text_at(f"{FAILURE}.status"),
                ":error": job_tasks.text_at(f"{FAILURE}.errorJson"),
                ":now": job_tasks.now(),
            },
        )
        self._catch_withdrawn(fail)
        problem = JsonPath.string_to_json(JsonPath.string_at(f"{FAILURE}.errorJson"))
        notice = job_notice.describe(
            scope,
            "DescribeFailure",
            status=JsonPath.string_at(f"{FAILURE}.status"),
            details={"error": problem},
        )
        notification = job_notice.notify_failure(scope, "NotifyFailure", topic=topic)
        ending = sfn.Fail(
            scope,
            "JobFailed",
            error_path="$.status",
            cause_path=JsonPath.json_to_string(JsonPath.object_at("$.error")),
        )
        fail.next(notice).next(notification).next(ending)
        return fail


def _describe(scope: Construct, construct_id: str, status: str, problem: Problem) -> sfn.Pass:
    document = problem.document(instance="", request_id="")
    for name in ("instance", "requestId"):
        del document[name]
    return sfn.Pass(
        scope,
        construct_id,
        parameters={"status": status, "errorJson": json.dumps(document)},
        result_path=FAILURE,
    )


def _read_invalid_query(scope: Construct, fail: sfn.IChainable) -> sfn.Pass:
    """Two steps, since a path can't reach into what an intrinsic function returns."""
    exception = JsonPath.string_to_json(JsonPath.string_at(f"{FAILURE}.Cause"))
    read = sfn.Pass(
        scope, "ReadInvalidQuery", parameters={"exception": exception}, result_path=FAILURE
    )
    describe = sfn.Pass(
        scope,
        "DescribeInvalidQuery",
        parameters={
            "status": "FAILED",
            "errorJson": JsonPath.string_at(f"{FAILURE}.exception.errorMessage"),
        },
        result_path=FAILURE,
    )
    read.next(describe).next(fail)
    return read
