"""Counts executions of Step Functions in CloudWatch's namespace `AWS/States`.

LocalStack 4.14.0 publishes none of its metrics:
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from datetime import UTC, datetime
from typing import Final

from localstack.aws.api.stepfunctions import ExecutionStatus
from localstack.services.stepfunctions.backend.execution import Execution

from pipeline_localstack import metrics
from pipeline_localstack.runtime.embedded_metrics import Datum

NAMESPACE: Final = "AWS/States"
_COUNTERS: Final = {
    ExecutionStatus.RUNNING: "ExecutionsStarted",
    ExecutionStatus.SUCCEEDED: "ExecutionsSucceeded",
    ExecutionStatus.FAILED: "ExecutionsFailed",
    ExecutionStatus.ABORTED: "ExecutionsAborted",
    ExecutionStatus.TIMED_OUT: "ExecutionsTimedOut",
}

_publish_event = Execution.publish_execution_status_change_event


def apply() -> None:
    """Counts each change of an execution's status, for the life of this process."""
    Execution.publish_execution_status_change_event = _publish_event_and_count


def _publish_event_and_count(execution: Execution) -> None:
    _publish_event(execution)
    metrics.put({NAMESPACE: _data(execution)}, execution.account_id, execution.region_name)


def _data(execution: Execution) -> list[Datum]:
    dimensions = (("StateMachineArn", str(execution.state_machine_arn)),)
    now = datetime.now(UTC)
    counted = Datum.one(_COUNTERS[execution.exec_status], 1, "Count", dimensions, now)
    if execution.exec_status == ExecutionStatus.RUNNING:
        return [counted]
    took = (execution.stop_date - execution.start_date).total_seconds() * 1000
    return [counted, Datum.one("ExecutionTime", took, "Milliseconds", dimensions, now)]
