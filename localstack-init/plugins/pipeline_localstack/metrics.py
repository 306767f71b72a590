"""Sends metrics to CloudWatch, in the background."""

import logging
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from localstack.aws.connect import connect_to

from pipeline_localstack.runtime import embedded_metrics
from pipeline_localstack.runtime.embedded_metrics import Datum

LOG = logging.getLogger(__name__)

_DATA_A_CALL = 1000
# What many requests have in common then takes one call.
_SECONDS_TO_GATHER = 0.2

_publisher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cloudwatch-metrics")
_lock = threading.Lock()
_gathered: defaultdict[tuple[str, str, str], list[Datum]] = defaultdict(list)


def publish(output: str, account: str, region: str) -> None:
    """Put the metrics in a function's output into the function's account and region."""
    if found := embedded_metrics.extract(output):
        put(found, account, region)


def put(found: dict[str, list[Datum]], account: str, region: str) -> None:
    """Put metrics, by namespace, into an account and region."""
    with _lock:
        publisher_waits = not _gathered
        for namespace, data in found.items():
            _gathered[account, region, namespace] += data
    if publisher_waits:
        _publisher.submit(_put_all)


def _put_all() -> None:
    time.sleep(_SECONDS_TO_GATHER)
    with _lock:
        taken = dict(_gathered)
        _gathered.clear()
    for (account, region, namespace), data in taken.items():
        client = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
        for start in range(0, len(data), _DATA_A_CALL):
            batch = [datum.parameters() for datum in data[start : start + _DATA_A_CALL]]
            try:
                client.put_metric_data(Namespace=namespace, MetricData=batch)
            except Exception:
                LOG.warning("Metrics of %s were not stored", namespace, exc_info=True)
