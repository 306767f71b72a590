"""Ends an execution of Step Functions as soon as it is stopped.

LocalStack 4.14.0 lets the task that runs come to its end first: a query of minutes keeps a stopped
execution RUNNING for minutes, and nobody is told of its end before. It also fails to stop an
execution in the moment in which it starts. AWS ends it at once, whatever its tasks do:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

import threading
import time
from datetime import datetime

from localstack.aws.api.stepfunctions import ExecutionStatus
from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped
from localstack.services.stepfunctions.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker

_SECONDS_TO_START = 5.0
# An execution that waits ends in its own thread as soon as it is stopped: only one tells of it.
_ending = threading.Lock()

_reflect_end = BaseExecutionWorkerCommunication.terminated


def apply() -> None:
    """Replaces how executions stop, for the life of this process."""
    Execution.stop = _stop
    BaseExecutionWorkerCommunication.terminated = _terminated


def _stop(execution: Execution, stop_date: datetime, error: str | None, cause: str | None) -> None:
    worker = execution.exec_worker
    if worker is None or not _starts(worker):
        return
    with _ending:
        if execution.exec_status != ExecutionStatus.RUNNING:
            return
        worker.stop(stop_date=stop_date, error=error, cause=cause)
        if not isinstance(worker.env.program_state(), ProgramStopped):
            return
        execution.exec_status = ExecutionStatus.ABORTED
        execution.stop_date = stop_date
        execution.error = error
        execution.cause = cause
    execution.publish_execution_status_change_event()


def _starts(worker: ExecutionWorker) -> bool:
    """Whether the execution's thread has come so far that it can be stopped."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while worker.env is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return worker.env is not None


def _terminated(communication: BaseExecutionWorkerCommunication) -> None:
    with _ending:
        if communication.execution.exec_status != ExecutionStatus.ABORTED:
            _reflect_end(communication)
