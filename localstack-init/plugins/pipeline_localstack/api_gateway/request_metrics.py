"""Counts and times requests in CloudWatch's namespace `AWS/ApiGateway`.

LocalStack 4.14.0 publishes none of its metrics:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

import time
from datetime import UTC, datetime
from typing import Any, Final

from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway

from pipeline_localstack import metrics
from pipeline_localstack.runtime.embedded_metrics import Datum

NAMESPACE: Final = "AWS/ApiGateway"

_process = RestApiGateway.process_with_context


def apply() -> None:
    """Counts each request, for the life of this process."""
    RestApiGateway.process_with_context = _process_and_count


def _process_and_count(gateway: RestApiGateway, context: Any, response: Any) -> None:
    started = time.monotonic()
    _process(gateway, context, response)
    took = (time.monotonic() - started) * 1000
    if context.deployment is None:
        return
    api = context.deployment.rest_api.rest_api
    dimensions = (("ApiName", str(api["name"])), ("Stage", str(context.stage)))
    now = datetime.now(UTC)
    kind = response.status_code // 100
    data = [
        Datum.one(name, value, unit, dimensions, now)
        for name, value, unit in (
            ("Count", 1, "Count"),
            ("4XXError", int(kind == 4), "Count"),
            ("5XXError", int(kind == 5), "Count"),
            ("Latency", took, "Milliseconds"),
        )
    ]
    metrics.put({NAMESPACE: data}, context.account_id, context.region)
