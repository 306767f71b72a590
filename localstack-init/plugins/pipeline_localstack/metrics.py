"""Sends metrics found in functions' output to CloudWatch, in the background."""

import logging
from concurrent.futures import ThreadPoolExecutor

from localstack.aws.connect import connect_to

from pipeline_localstack.runtime import embedded_metrics

LOG = logging.getLogger(__name__)

_DATA_A_CALL = 1000
_publisher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lambda-embedded-metrics")


def publish(output: str, account: str, region: str) -> None:
    """Put the metrics in a function's output into the function's account and region."""
    if found := embedded_metrics.extract(output):
        _publisher.submit(_put, found, account, region)


def _put(found: dict[str, list[embedded_metrics.Datum]], account: str, region: str) -> None:
    client = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
    for namespace, data in found.items():
        for start in range(0, len(data), _DATA_A_CALL):
            batch = [datum.parameters() for datum in data[start : start + _DATA_A_CALL]]
            try:
                client.put_metric_data(Namespace=namespace, MetricData=batch)
            except Exception:
                LOG.warning("Metrics of %s were not stored", namespace, exc_info=True)
