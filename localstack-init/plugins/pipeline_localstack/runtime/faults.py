"""Errors in the shape and the words in which Lambda reports them.

https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""

import json
import os
import signal
from dataclasses import dataclass

from pipeline_localstack.runtime.runtime_api import MAXIMUM_RESPONSE_BYTES


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An invocation's error that the platform reports, not the function.

    Attributes:
        message: without the request id, which `payload` and `log_line` prepend.
    """

    error_type: str
    message: str
    names_request: bool = True

    def payload(self, request_id: str) -> bytes:
        """The answer of the Invoke API."""
        message = f"RequestId: {request_id} Error: {self.message}"
        return json.dumps(
            {
                "errorType": self.error_type,
                "errorMessage": message if self.names_request else self.message,
            },
            separators=(",", ":"),
        ).encode()

    def log_lines(self, request_id: str) -> str:
        """What the function's log says about it."""
        return f"RequestId: {request_id} Error: {self.message}\n{self.error_type}\n"


def timed_out(seconds: float) -> Fault:
    """The function took longer than its timeout."""
    return Fault(
        error_type="Sandbox.Timedout", message=f"Task timed out after {seconds:.2f} seconds"
    )


def exited(status: int, *, out_of_memory: bool) -> Fault:
    """The runtime's process ended; `status` is as of waitpid(2)."""
    if out_of_memory:
        return Fault(
            error_type="Runtime.OutOfMemory", message="Runtime exited with error: signal: killed"
        )
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return Fault(
            error_type="Runtime.ExitError", message="Runtime exited without providing a reason"
        )
    reason = f"signal: {_signal_words(-code)}" if code < 0 else f"exit status {code}"
    return Fault(error_type="Runtime.ExitError", message=f"Runtime exited with error: {reason}")


def response_too_large() -> Fault:
    """The function's response is larger than a synchronous invocation may return."""
    return Fault(
        error_type="Function.ResponseSizeTooLarge",
        message="Response payload size exceeded maximum allowed payload size "
        f"({MAXIMUM_RESPONSE_BYTES} bytes).",
        names_request=False,
    )


def not_isolated(reason: str) -> Fault:
    """The host refused the function's sandbox."""
    return Fault(error_type="Sandbox.Failure", message=f"The sandbox could not be made: {reason}")


def _signal_words(number: int) -> str:
    """The words of Go's os package, which the reporting side of Lambda uses."""
    words = {
        signal.SIGABRT: "aborted",
        signal.SIGBUS: "bus error",
        signal.SIGFPE: "floating point exception",
        signal.SIGHUP: "hangup",
        signal.SIGILL: "illegal instruction",
        signal.SIGINT: "interrupt",
        signal.SIGKILL: "killed",
        signal.SIGPIPE: "broken pipe",
        signal.SIGSEGV: "segmentation fault",
        signal.SIGTERM: "terminated",
        signal.SIGTRAP: "trace/breakpoint trap",
    }
    return words.get(signal.Signals(number), f"signal {number}")
