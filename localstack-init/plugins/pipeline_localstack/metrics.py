"""Sends metrics to CloudWatch, in the background."""

from typing import NamedTuple

from localstack.aws.connect import connect_to

from pipeline_localstack.batches import Batches
from pipeline_localstack.runtime import embedded_metrics
from pipeline_localstack.runtime.embedded_metrics import Datum

_DATA_A_CALL = 1000


class _Place(NamedTuple):
    """Where metrics belong."""

    account: str
    region: str
    namespace: str


def publish(output: str, account: str, region: str) -> None:
    """Put the metrics in a function's output into the function's account and region."""
    if found := embedded_metrics.extract(output):
        put(found, account, region)


def put(found: dict[str, list[Datum]], account: str, region: str) -> None:
    """Put metrics, by namespace, into an account and region."""
    for namespace, data in found.items():
        _batches.add(_Place(account, region, namespace), data)


def _put(place: _Place, data: list[Datum]) -> None:
    client = connect_to(aws_access_key_id=place.account, region_name=place.region).cloudwatch
    for start in range(0, len(data), _DATA_A_CALL):
        batch = [datum.parameters() for datum in data[start : start + _DATA_A_CALL]]
        client.put_metric_data(Namespace=place.namespace, MetricData=batch)


_batches = Batches("cloudwatch-metrics", _put)
