"""The platform's own lines in a function's log.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

_MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of one invocation.

    Attributes:
        duration: milliseconds.
        init_duration: milliseconds; None unless this invocation caused a cold start.
        memory_size, peak: bytes.
        status: None for success, else `error` or `timeout`.
    """

    request_id: str
    duration: float
    memory_size: int
    peak: int
    init_duration: float | None = None
    status: str | None = None
    error_type: str | None = None

    def line(self) -> str:
        """The REPORT line. The init phase is billed too, since August 2025."""
        billed = math.ceil(self.duration + (self.init_duration or 0))
        peak = min(math.ceil(self.peak / _MIB), self.memory_size // _MIB)
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {self.memory_size // _MIB} MB",
            f"Max Memory Used: {peak} MB",
        ]
        if self.init_duration is not None:
            fields.append(f"Init Duration: {self.init_duration:.2f} ms")
        fields += _outcome(self.status, self.error_type)
        return "\t".join(fields) + "\t\n"


def init_start_line(runtime: str, runtime_arn: str) -> str:
    """The first line of an execution environment."""
    version = runtime.replace("python", "python:")
    return f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {runtime_arn}\n"


def init_report_line(
    duration: float, phase: str, status: str, error_type: str | None = None
) -> str:
    """What is said about an init phase that failed; `duration` in milliseconds."""
    fields = [f"INIT_REPORT Init Duration: {duration:.2f} ms", f"Phase: {phase}"]
    return "\t".join([*fields, *_outcome(status, error_type)]) + "\n"


def start_line(request_id: str, version: str) -> str:
    """The line before an invocation's own."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end_line(request_id: str) -> str:
    """The line after an invocation's own."""
    return f"END RequestId: {request_id}\n"


def timeout_line(request_id: str, seconds: float, now: datetime | None = None) -> str:
    """The line that says that the function's time was up."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{stamp} {request_id} Task timed out after {seconds:.2f} seconds\n"


def _outcome(status: str | None, error_type: str | None) -> list[str]:
    fields = [f"Status: {status}"] if status else []
    return [*fields, f"Error Type: {error_type}"] if error_type else fields
