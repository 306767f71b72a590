"""What a function writes is in CloudWatch: as log lines, all of them, and as metrics."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.lambda_runtime.conftest import Deploy
from tests.integration.lambda_runtime.functions import Aws


def test_log_of_a_cold_start_is_in_the_order_of_lambda(deploy: Deploy) -> None:
    function = deploy("talking.handle", MemorySize=128)
    answer = function.invoke({"lines": 2, "text": "tür"})
    lines = function.log_until("REPORT RequestId")
    request = answer.request_id
    assert lines[0].startswith("INIT_START Runtime Version: python:3.13")
    assert lines[1:7] == [
        "loading",
        f"START RequestId: {request} Version: $LATEST",
        "line 0",
        "line 1",
        "to stderr",
        lines[6],
    ]
    assert re.fullmatch(rf"\[WARNING\]\t[0-9T:.-]+Z\t{request}\tfrom logging: tür", lines[6])
    assert lines[7:9] == ["without end of line", f"END RequestId: {request}"]
    assert re.fullmatch(
        rf"REPORT RequestId: {request}\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms\t"
        r"Memory Size: 128 MB\tMax Memory Used: [0-9]+ MB\tInit Duration: [0-9.]+ ms\t",
        lines[9],
    )


def test_warm_invocation_reports_no_init_duration(deploy: Deploy) -> None:
    function = deploy("talking.handle")
    function.invoke({"lines": 0})
    warm = function.invoke({"lines": 0})
    assert "Init Duration" not in warm.log_tail
    assert "loading" not in warm.log_tail
    assert warm.log_tail.startswith("START RequestId")


def test_no_line_is_lost(deploy: Deploy) -> None:
    function = deploy("talking.handle")
    function.invoke({"lines": 20_000})
    lines = function.log_until("REPORT RequestId")
    assert [line for line in lines if line.startswith("line ")] == [
        f"line {number}" for number in range(20_000)
    ]


def test_embedded_metrics_become_metrics(deploy: Deploy, aws: Aws, unique: str) -> None:
    namespace = f"RuntimeTest{unique}"
    deploy("talking.measure").invoke({"namespace": namespace})
    loaded = _statistics(aws, namespace, "FilesLoaded")
    assert (loaded["Sum"], loaded["SampleCount"], loaded["Unit"]) == (2.0, 1.0, "Count")
    seconds = _statistics(aws, namespace, "IngestSeconds")
    assert (seconds["Sum"], seconds["SampleCount"], seconds["Unit"]) == (2.0, 2.0, "Seconds")
    assert seconds["Maximum"] == 1.5


def _statistics(aws: Aws, namespace: str, metric: str) -> dict[str, Any]:
    """One metric's statistics, as soon as all are there: each is asked of the store by itself."""
    wanted = ["Sum", "SampleCount", "Maximum"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        now = datetime.now(UTC)
        answer = aws.cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": "service", "Value": "tests"}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=10),
            Period=3600,
            Statistics=wanted,
        )
        for point in answer["Datapoints"]:
            if set(wanted) <= point.keys():
                return dict(point)
        time.sleep(0.2)
    raise AssertionError(f"{metric} did not come up in CloudWatch")
