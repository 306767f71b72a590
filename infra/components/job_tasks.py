"""The single steps of the job workflow, each with its own retries."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_stepfunctions import JsonPath
from aws_cdk.aws_stepfunctions_tasks import DynamoAttributeValue
from constructs import Construct

# Faults that pass. A user's own error is none of them and fails at once.
TRANSIENT_QUERY_ERRORS: Final = [
    "TransientDatabaseError",
    "DatabaseUnavailable",
    "SecretUnreadable",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
# The process that ran the query is gone: killed, or out of memory, as it would be again.
LOST_RUNNER_ERRORS: Final = ["Runtime.ExitError", "Lambda.Unknown"]
TRANSIENT_TABLE_ERRORS: Final = [
    "DynamoDB.InternalServerErrorException",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceededException",
    "DynamoDB.ThrottlingException",
    "DynamoDB.SdkClientException",
]
TRANSIENT_TOPIC_ERRORS: Final = [
    "SNS.InternalErrorException",
    "SNS.ThrottledException",
    "SNS.KMSThrottlingException",
    "SNS.SdkClientException",
]

QUERY_TIMEOUT: Final = Duration.minutes(15)
# Lambda's own timeout comes first, so that the function's log tells of a query that hung.
TASK_MARGIN: Final = Duration.seconds(10)
CALL_TIMEOUT: Final = Duration.seconds(30)
LONGEST_PAUSE: Final = Duration.seconds(20)


def update_job(
    scope: Construct,
    construct_id: str,
    *,
    table: dynamodb.ITable,
    update: str,
    only_if: str,
    values: Mapping[str, DynamoAttributeValue],
) -> tasks.DynamoUpdateItem:
    """A step that changes the job's item, provided that it meets a condition.

    `update` and `only_if` are DynamoDB expressions in which `#status` stands for the job's status.
    """
    step = tasks.DynamoUpdateItem(
        scope,
        construct_id,
        table=table,
        key={"jobId": text_at("$.jobId")},
        update_expression=update,
        condition_expression=only_if,
        expression_attribute_names={"#status": "status"},
        expression_attribute_values=dict(values),
        result_path=JsonPath.DISCARD,
        task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
    )
    add_retry(step, TRANSIENT_TABLE_ERRORS)
    return step


def run_query(
    scope: Construct, construct_id: str, *, function: lambda_.IFunction
) -> tasks.LambdaInvoke:
    """The step that runs the job's query; what the function answers is at `$.result.payload`."""
    step = tasks.LambdaInvoke(
        scope,
        construct_id,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(
            {
                name: JsonPath.object_at(f"$.{name}")
                for name in ("jobId", "operation", "parameters", "format")
            }
        ),
        result_selector={"payload": JsonPath.object_at("$.Payload")},
        result_path="$.result",
        retry_on_service_exceptions=False,
        task_timeout=sfn.Timeout.duration(QUERY_TIMEOUT.plus(TASK_MARGIN)),
    )
    add_retry(step, TRANSIENT_QUERY_ERRORS, attempts=6, longest=Duration.minutes(1))
    add_retry(step, LOST_RUNNER_ERRORS, attempts=1)
    return step


def text(value: str) -> DynamoAttributeValue:
    """A text as DynamoDB takes it."""
    return DynamoAttributeValue.from_string(value)


def text_at(path: str) -> DynamoAttributeValue:
    """A text of the step's input."""
    return DynamoAttributeValue.from_string(JsonPath.string_at(path))


def number_at(path: str) -> DynamoAttributeValue:
    """A number of the step's input; DynamoDB takes numbers as text."""
    return DynamoAttributeValue.number_from_string(JsonPath.format("{}", JsonPath.string_at(path)))


def now() -> DynamoAttributeValue:
    """The time at which the step begins: ISO 8601 in UTC, marked by Z.

    Put together from its parts, since `+00:00` is allowed for Z and the API promises Z.
    """
    parts = JsonPath.string_split(JsonPath.string_at("$$.State.EnteredTime"), ".Z+")
    seconds, fraction = (JsonPath.array_get_item(parts, index) for index in (0, 1))
    return text(JsonPath.format("{}.{}Z", seconds, fraction))


def add_retry(
    step: sfn.TaskStateBase,
    errors: list[str],
    *,
    attempts: int = 5,
    longest: Duration = LONGEST_PAUSE,
) -> None:
    """Tries again at random moments below a growing bound, so that jobs don't come in step."""
    step.add_retry(
        errors=errors,
        interval=Duration.seconds(2),
        max_attempts=attempts,
        backoff_rate=2,
        max_delay=longest,
        jitter_strategy=sfn.JitterType.FULL,
    )
