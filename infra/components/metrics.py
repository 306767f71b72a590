"""The pipeline's own metrics, as its functions write them."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.components.function import METRICS_NAMESPACE

DATA_PROCESSOR: Final = "data-pipeline-data-processor"
OUTCOMES: Final = ("Inserted", "Updated", "Unchanged", "Stale", "Quarantined")


def own_metric(
    name: str, *, service: str, period: Duration, statistic: str = "Sum"
) -> cloudwatch.Metric:
    """A metric of one function, which Powertools names as the service."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service},
        period=period,
        statistic=statistic,
    )


def records(outcome: str, *, period: Duration) -> cloudwatch.Metric:
    """How many records came to an outcome."""
    return own_metric(f"Records{outcome}", service=DATA_PROCESSOR, period=period)


def quarantined_percent(*, period: Duration) -> cloudwatch.MathExpression:
    """The share of quarantined records among all that were read; 0 when none were."""
    names = {outcome: outcome.lower() for outcome in OUTCOMES}
    everything = " + ".join(f"FILL({name}, 0)" for name in names.values())
    return cloudwatch.MathExpression(
        expression=f"100 * FILL({names['Quarantined']}, 0) / ({everything})",
        using_metrics={name: records(outcome, period=period) for outcome, name in names.items()},
        label="quarantined, %",
        period=period,
    )
