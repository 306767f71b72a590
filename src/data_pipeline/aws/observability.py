"""Structured logs and metrics, configured by Powertools' own environment variables."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics(namespace="DataPipeline")

type ApiHandler = Callable[[dict[str, Any], Any], dict[str, object]]


def instrumented(handler: ApiHandler) -> ApiHandler:
    """Gives a handler of API Gateway events logs with the request's id, and writes its metrics."""

    @wraps(handler)
    def instrumented_handler(event: dict[str, Any], context: Any) -> dict[str, object]:
        request_id = (event.get("requestContext") or {}).get("requestId")
        logger.set_correlation_id(request_id)
        try:
            return handler(event, context)
        finally:
            publish_metrics()

    return instrumented_handler


def publish_metrics() -> None:
    """Writes the metrics gathered so far to the log, where CloudWatch finds them."""
    if metrics.provider.metric_set:
        metrics.flush_metrics()
