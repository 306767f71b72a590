"""What goes into an execution environment and what comes out of it."""

from dataclasses import dataclass

from pipeline_localstack.runtime.faults import Fault


@dataclass(frozen=True, kw_only=True)
class Function:
    """What the platform needs to know of a function.

    Attributes:
        timeout: seconds.
        memory_size: bytes.
    """

    version: str
    runtime: str
    runtime_arn: str
    timeout: float
    memory_size: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """An invocation as the Invoke API received it."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """An invocation's answer, and all log lines since the last one.

    Attributes:
        output: the part of `logs` that the function itself wrote.
    """

    payload: bytes
    is_error: bool
    logs: str
    output: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an init phase or an invocation ended.

    Attributes:
        status: `error` or `timeout` when the platform ended it, not the function.
        log_lines: what the platform says about it in the log.
        usable: the process can take another invocation.
    """

    payload: bytes
    is_error: bool = False
    status: str | None = None
    error_type: str | None = None
    log_lines: str = ""
    usable: bool = True


def failed(fault: Fault, request_id: str) -> Outcome:
    """The outcome of an invocation that cost the process."""
    return Outcome(
        payload=fault.payload(request_id),
        is_error=True,
        status="error",
        error_type=fault.error_type,
        log_lines=fault.log_lines(request_id),
        usable=False,
    )
