"""What subscribers are told of a job that ended in the workflow.

E-mail gets lines to read, every other subscriber JSON; filter policies choose by the message's
attributes. `src/data_pipeline/jobs/notification.py` says the same of jobs that end elsewhere.
"""

from collections.abc import Mapping
from typing import Final

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_stepfunctions import JsonPath
from constructs import Construct

from infra.components.job_tasks import CALL_TIMEOUT, TRANSIENT_TOPIC_ERRORS, add_retry

# What every job has, from the execution's input.
_OF_THE_JOB: Final = ("jobId", "name", "operation", "parameters", "createdAt", "statusUrl")
_ATTRIBUTES: Final = ("status", "operation", "owner")
_SUBJECT: Final = "Job {}: {}"
_DETAILS: Final = """Operation: {}
Parameters: {}
Submitted: {}
Status: {}
"""
_SUCCESS: Final = """Your job succeeded.

Rows: {}
Duration: {} ms
"""
_FAILURE: Final = """Your job did not succeed: {}

{}: {}

"""


def describe(
    scope: Construct, construct_id: str, *, status: str, details: Mapping[str, object]
) -> sfn.Pass:
    """The step that leaves the notice of a job as the workflow's state, and nothing else."""
    return sfn.Pass(
        scope,
        construct_id,
        parameters={
            **{name: JsonPath.object_at(f"$.{name}") for name in (*_OF_THE_JOB, "owner")},
            "status": status,
            **details,
        },
    )


def notify_success(scope: Construct, construct_id: str, *, topic: sns.ITopic) -> tasks.SnsPublish:
    """The step that publishes the notice of a job that succeeded."""
    letter = JsonPath.format(
        _SUCCESS + _DETAILS,
        *(JsonPath.string_at(f"$.{name}") for name in ("rowCount", "durationMs")),
        *_details(),
    )
    return _publish(scope, construct_id, topic, letter)


def notify_failure(scope: Construct, construct_id: str, *, topic: sns.ITopic) -> tasks.SnsPublish:
    """The step that publishes the notice of a job that failed, with its problem."""
    letter = JsonPath.format(
        _FAILURE + _DETAILS,
        *(JsonPath.string_at(f"$.{path}") for path in ("status", "error.title", "error.detail")),
        *_details(),
    )
    return _publish(scope, construct_id, topic, letter)


def _details() -> list[str]:
    return [
        JsonPath.string_at("$.operation"),
        JsonPath.json_to_string(JsonPath.object_at("$.parameters")),
        JsonPath.string_at("$.createdAt"),
        JsonPath.string_at("$.statusUrl"),
    ]


def _publish(
    scope: Construct, construct_id: str, topic: sns.ITopic, letter: str
) -> tasks.SnsPublish:
    step = tasks.SnsPublish(
        scope,
        construct_id,
        topic=topic,
        subject=JsonPath.format(
            _SUBJECT, JsonPath.string_at("$.status"), JsonPath.string_at("$.operation")
        ),
        message=sfn.TaskInput.from_object(
            {"default": JsonPath.json_to_string(JsonPath.object_at("$")), "email": letter}
        ),
        message_per_subscription_type=True,
        message_attributes={
            name: tasks.MessageAttribute(value=JsonPath.string_at(f"$.{name}"))
            for name in _ATTRIBUTES
        },
        result_path=JsonPath.DISCARD,
        task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
    )
    add_retry(step, TRANSIENT_TOPIC_ERRORS)
    return step
