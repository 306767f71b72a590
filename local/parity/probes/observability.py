"""What CloudWatch and X-Ray are told, and whom they tell."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.parity.control import ENFORCED, ONLY_ON_AWS, Finding, Subject, different, enforced_if
from local.parity.workbench import Workbench

OBSERVABILITY: Final = Subject("Metrics, alarms, logs and traces")

_PERIOD_SECONDS: Final = 10
_DAY_MS: Final = 24 * 3600 * 1000


def _sum(bench: Workbench, namespace: str, metric: str, **dimensions: str) -> float:
    now = datetime.now(UTC)
    answer = bench.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


@OBSERVABILITY.control(
    "Metrics of functions",
    probed="`get-metric-statistics` of `AWS/Lambda` `Errors` after a function failed",
    on_aws="counted",
)
def _function_metrics(bench: Workbench) -> Finding:
    function = bench.function("fail")
    bench.invoke(function)
    counted = bench.happens(lambda: _sum(bench, "AWS/Lambda", "Errors", FunctionName=function) == 1)
    return enforced_if(counted)


@OBSERVABILITY.control(
    "Metrics of executions",
    probed="`get-metric-statistics` of `AWS/States` `ExecutionsFailed` after an execution failed",
    on_aws="counted",
)
def _execution_metrics(bench: Workbench) -> Finding:
    machine = bench.machine({"Fail": {"Type": "Fail"}})
    bench.start(machine)
    counted = bench.happens(
        lambda: _sum(bench, "AWS/States", "ExecutionsFailed", StateMachineArn=machine) == 1
    )
    return enforced_if(counted)


@OBSERVABILITY.control(
    "Metrics of the API",
    probed="`get-metric-statistics` of `AWS/ApiGateway` `4XXError` after a refused request",
    on_aws="counted",
)
def _api_metrics(bench: Workbench) -> Finding:
    def counted() -> float:
        return _sum(
            bench, "AWS/ApiGateway", "4XXError", ApiName="data-pipeline-analytics", Stage="prod"
        )

    before = counted()
    bench.request("GET", "/nowhere")
    return enforced_if(bench.happens(lambda: counted() > before))


@OBSERVABILITY.control(
    "Metrics in logs",
    probed="a function that writes a line in the embedded metric format",
    on_aws="a metric",
)
def _embedded_metrics(bench: Workbench) -> Finding:
    namespace = bench.name()
    bench.invoke(bench.function("write_metric"), {"namespace": namespace})
    return enforced_if(bench.happens(lambda: _sum(bench, namespace, "Probes") == 7))


def _alarm(bench: Workbench, topic: str, metric: dict[str, Any]) -> str:
    client, name = bench.client("cloudwatch"), bench.name()
    client.put_metric_alarm(
        AlarmName=name,
        AlarmActions=[topic],
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        EvaluationPeriods=1,
        TreatMissingData="notBreaching",
        **metric,
    )
    bench.undo.callback(client.delete_alarms, AlarmNames=[name])
    return name


def _breaching_metric(bench: Workbench) -> dict[str, Any]:
    namespace = bench.name()
    datum = {"MetricName": "Probes", "Value": 1, "Timestamp": datetime.now(UTC)}
    bench.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[datum])
    return {"Namespace": namespace, "MetricName": "Probes"}


@OBSERVABILITY.control(
    "Alarms",
    probed="a metric above the threshold of an alarm with a topic",
    on_aws="the alarm goes off, and the topic's subscribers are told",
)
def _alarms(bench: Workbench) -> Finding:
    topic, (queue, queue_arn) = bench.topic(), bench.queue()
    bench.subscribe(topic, "sqs", queue_arn)
    metric = {**_breaching_metric(bench), "Statistic": "Sum", "Period": _PERIOD_SECONDS}
    name = _alarm(bench, topic, metric)
    return enforced_if(any(name in message for message in bench.messages(queue)))


@OBSERVABILITY.control(
    "Alarms on percentiles",
    probed="a metric whose 99th percentile is above an alarm's threshold",
    on_aws="the alarm goes off",
)
def _percentile_alarms(bench: Workbench) -> Finding:
    metric = {**_breaching_metric(bench), "ExtendedStatistic": "p99", "Period": _PERIOD_SECONDS}
    return _goes_off(bench, metric)


@OBSERVABILITY.control(
    "Alarms on expressions",
    probed="a metric whose double is above an alarm's threshold",
    on_aws="the alarm goes off",
)
def _expression_alarms(bench: Workbench) -> Finding:
    stat = {"Metric": _breaching_metric(bench), "Stat": "Sum", "Period": _PERIOD_SECONDS}
    double = {"Id": "double", "Expression": "2 * one"}
    queries = [{"Id": "one", "MetricStat": stat, "ReturnData": False}, double]
    return _goes_off(bench, {"Metrics": queries})


def _goes_off(bench: Workbench, metric: dict[str, Any]) -> Finding:
    client, name = bench.client("cloudwatch"), _alarm(bench, bench.topic(), metric)

    def state() -> str:
        return str(client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])

    return enforced_if(bench.happens(lambda: state() == "ALARM", within=1.5 * _PERIOD_SECONDS))


@OBSERVABILITY.control(
    "Dashboard",
    probed="`get-dashboard` of `data-pipeline`",
    on_aws="the dashboard of the stack",
)
def _dashboard(bench: Workbench) -> Finding:
    client = bench.client("cloudwatch")
    return enforced_if(bench.refused(client.get_dashboard, DashboardName="data-pipeline") is None)


@OBSERVABILITY.control(
    "Logs of functions",
    probed="the log of a function that was invoked: its report with duration and memory",
    on_aws="in CloudWatch Logs",
)
def _logs(bench: Workbench) -> Finding:
    function, logs = bench.function("echo"), bench.client("logs")
    bench.invoke(function)

    def reported() -> bool:
        group = f"/aws/lambda/{function}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return False
        events = logs.filter_log_events(logGroupName=group)["events"]
        return any("Max Memory Used" in event["message"] for event in events)

    return enforced_if(bench.happens(reported))


@OBSERVABILITY.control(
    "Log retention",
    probed="an event of three days ago, in a log group that keeps one day",
    on_aws="refused, and no longer shown when it has become that old",
)
def _retention(bench: Workbench) -> Finding:
    logs, group = bench.client("logs"), bench.name()
    logs.create_log_group(logGroupName=group)
    bench.undo.callback(logs.delete_log_group, logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    logs.create_log_stream(logGroupName=group, logStreamName="probe")
    old = int(time.time() * 1000) - 3 * _DAY_MS
    logs.put_log_events(
        logGroupName=group,
        logStreamName="probe",
        logEvents=[{"timestamp": old, "message": "probe"}],
    )
    found = logs.filter_log_events(logGroupName=group, startTime=old)["events"]
    return enforced_if(not found)


@OBSERVABILITY.control(
    "Traces",
    probed="the trace that a function's invocation belongs to, and X-Ray's API",
    on_aws="sampled and shown by X-Ray",
)
def _traces(bench: Workbench) -> Finding:
    function = bench.function("trace_header", TracingConfig={"Mode": "Active"})
    header, _ = bench.invoke(function)
    if bench.offers(
        bench.client("xray").get_trace_summaries,
        StartTime=datetime.now(UTC) - timedelta(minutes=1),
        EndTime=datetime.now(UTC),
    ):
        return ENFORCED
    return different("functions get a trace's id; no trace is kept") if header else ONLY_ON_AWS
