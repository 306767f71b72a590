"""Counts invocations in CloudWatch's namespace `AWS/Lambda`.

LocalStack 4.14.0 publishes Invocations and Errors, and nothing of durations and throttles:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager

from pipeline_localstack import metrics
from pipeline_localstack.runtime.embedded_metrics import Datum

NAMESPACE: Final = "AWS/Lambda"
_DURATION = re.compile(r"^REPORT RequestId: \S+\tDuration: (\S+) ms", re.MULTILINE)

_invoke = LambdaVersionManager.invoke


def apply() -> None:
    """Takes the place of LocalStack's own counting, for the life of this process."""
    version_manager.record_cw_metric_error = _count_nothing
    version_manager.record_cw_metric_invocation = _count_nothing
    LambdaVersionManager.invoke = _invoke_and_count


def _count_nothing(**_: str) -> None:
    pass


def _invoke_and_count(manager: LambdaVersionManager, *, invocation: Any) -> Any:
    try:
        result = _invoke(manager, invocation=invocation)
    except TooManyRequestsException:
        _put(manager, {"Throttles": (1, "Count")})
        raise
    found: dict[str, tuple[float, str]] = {
        "Invocations": (1, "Count"),
        "Errors": (int(result.is_error), "Count"),
    }
    durations = _DURATION.findall(result.logs or "")
    if durations:
        found["Duration"] = (float(durations[-1]), "Milliseconds")
    _put(manager, found)
    return result


def _put(manager: LambdaVersionManager, found: dict[str, tuple[float, str]]) -> None:
    function = manager.function_version.id
    dimensions = (("FunctionName", str(function.function_name)),)
    now = datetime.now(UTC)
    data = [Datum.one(name, *measured, dimensions, now) for name, measured in found.items()]
    metrics.put({NAMESPACE: data}, function.account, function.region)
