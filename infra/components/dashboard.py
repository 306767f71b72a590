"""One page that shows how the pipeline is: files, answers, jobs, functions and the database."""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.components import metrics
from infra.components.managed_database import INSTANCE_NAME

PERIOD: Final = Duration.minutes(5)
QUEUES: Final = ("data-pipeline-ingest", "data-pipeline-ingest-dlq")
ANALYTICS: Final = "data-pipeline-advanced-analytics"
JOB_CLOSER: Final = "data-pipeline-job-closer"
WIDTH: Final = 8


class Dashboard(Construct):
    """The dashboard `data-pipeline`. It names functions and queues, which are the same anywhere."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api: apigateway.RestApi,
        state_machine: sfn.IStateMachine,
        functions: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name="data-pipeline",
            default_interval=Duration.hours(24),
            widgets=[
                _ingestion(),
                _answers(api),
                _jobs(state_machine),
                _functions(functions),
                _database(),
            ],
        )


def _ingestion() -> list[cloudwatch.IWidget]:
    def own(name: str, statistic: str) -> cloudwatch.Metric:
        return metrics.own_metric(
            name, service=metrics.DATA_PROCESSOR, period=PERIOD, statistic=statistic
        )

    return [
        _graph("Files", [own("FilesLoaded", "Sum"), own("FilesRefused", "Sum")]),
        _graph("Records", [metrics.records(name, period=PERIOD) for name in metrics.OUTCOMES]),
        _graph("Seconds per file", [own("IngestSeconds", "p50"), own("IngestSeconds", "p99")]),
        _graph("Quarantine", [metrics.quarantined_percent(period=PERIOD)]),
        _graph(
            "Waiting messages",
            [
                _of("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": name})
                for name in QUEUES
            ],
        ),
        _graph(
            "Seconds that the oldest message waits",
            [_of("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": QUEUES[0]})],
        ),
    ]


def _answers(api: apigateway.RestApi) -> list[cloudwatch.IWidget]:
    stage = api.deployment_stage

    def query_seconds(statistic: str) -> cloudwatch.Metric:
        return metrics.own_metric(
            "QuerySeconds", service=ANALYTICS, period=PERIOD, statistic=statistic
        )

    return [
        _graph(
            "Requests",
            [
                stage.metric_count(period=PERIOD),
                stage.metric_client_error(period=PERIOD),
                stage.metric_server_error(period=PERIOD),
            ],
        ),
        _graph(
            "Milliseconds per answer",
            [stage.metric_latency(period=PERIOD, statistic=name) for name in ("p50", "p99")],
        ),
        _graph(
            "Queries, seconds, and answers from the cache",
            [query_seconds("p50"), query_seconds("p99")],
            right=[metrics.own_metric("CacheHit", service=ANALYTICS, period=PERIOD)],
        ),
    ]


def _jobs(state_machine: sfn.IStateMachine) -> list[cloudwatch.IWidget]:
    ends = ("JobsSucceeded", "JobsFailed", "JobsCancelled")
    return [
        _graph(
            "Jobs",
            [metrics.own_metric(name, service=JOB_CLOSER, period=PERIOD) for name in ends],
        ),
        _graph(
            "Executions",
            [
                state_machine.metric_started(period=PERIOD),
                state_machine.metric_failed(period=PERIOD),
                state_machine.metric_timed_out(period=PERIOD),
            ],
        ),
        _graph("Milliseconds per job", [state_machine.metric_time(period=PERIOD, statistic="p99")]),
    ]


def _functions(names: Sequence[str]) -> list[cloudwatch.IWidget]:
    def each(metric: str, statistic: str) -> list[cloudwatch.IMetric]:
        return [_of("AWS/Lambda", metric, {"FunctionName": name}, statistic) for name in names]

    return [
        _graph("Errors", each("Errors", "Sum")),
        _graph("Throttles", each("Throttles", "Sum")),
        _graph("Milliseconds per invocation, p99", each("Duration", "p99")),
    ]


def _database() -> list[cloudwatch.IWidget]:
    def of(metric: str, statistic: str) -> cloudwatch.IMetric:
        return _of("AWS/RDS", metric, {"DBInstanceIdentifier": INSTANCE_NAME}, statistic)

    return [
        _graph("Database: CPU, %", [of("CPUUtilization", "Average")]),
        _graph("Database: connections", [of("DatabaseConnections", "Maximum")]),
        _graph("Database: free bytes", [of("FreeStorageSpace", "Minimum")]),
    ]


def _of(
    namespace: str, name: str, dimensions: Mapping[str, str], statistic: str = "Maximum"
) -> cloudwatch.IMetric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dict(dimensions),
        period=PERIOD,
        statistic=statistic,
    )


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    right: Sequence[cloudwatch.IMetric] = (),
) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(title=title, left=list(left), right=list(right), width=WIDTH)
