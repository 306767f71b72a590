"""The local environment's stacks: their state, and the way out of a bad one."""

import time
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

STACKS: Final = ("DataPipelineStack", "AnalyticsStack")
TOOLKIT: Final = "CDKToolkit"

# A creation that was broken off or failed: such a stack can only be deleted.
_NEVER_COMPLETE: Final = frozenset(
    {
        *("REVIEW_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"),
        "DELETE_FAILED",
    }
)
_PATIENCE_SECONDS: Final = 120


def stack_state(client: "CloudFormationClient", stack: str) -> dict[str, str] | None:
    """A stack's id, its status and when it last changed; None when there is no such stack."""
    try:
        [found] = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    changed = found.get("LastUpdatedTime") or found["CreationTime"]
    return {
        "id": found["StackId"],
        "status": found["StackStatus"],
        "changed": changed.isoformat(),
    }


def is_complete(state: dict[str, str] | None) -> bool:
    """Whether the stack's last creation or update went through."""
    return state is not None and state["status"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def settle(client: "CloudFormationClient") -> None:
    """Makes the stacks fit to be deployed after a deployment that was broken off.

    One that is still at work is waited for; one that never came to be is deleted.
    """
    # Those that need others go first.
    for stack in (*reversed(STACKS), TOOLKIT):
        status = _status_at_rest(client, stack)
        if status in _NEVER_COMPLETE:
            client.delete_stack(StackName=stack)
            _status_at_rest(client, stack)


def _status_at_rest(client: "CloudFormationClient", stack: str) -> str | None:
    """The status once nothing is in progress, or after two minutes whatever it is then."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        state = stack_state(client, stack)
        if state is None:
            return None
        status = state["status"]
        at_rest = status == "REVIEW_IN_PROGRESS" or not status.endswith("_IN_PROGRESS")
        if at_rest or time.monotonic() > deadline:
            return status
        time.sleep(0.5)
