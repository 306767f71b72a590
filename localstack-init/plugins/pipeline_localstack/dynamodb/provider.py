"""DynamoDB as moto implements it: no Java, no download.

Settings, from LocalStack's environment:
    DYNAMODB_TTL_SWEEP_SECONDS: time between two looks for expired items, 60 by default.
"""

import functools
import os
import threading

from localstack.aws.api import RequestContext, ServiceRequest, ServiceResponse
from localstack.aws.api.core import ServiceRequestHandler
from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.skeleton import DispatchTable
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import ServiceLifecycleHook

from pipeline_localstack.dynamodb.sweep import ExpirySweep

_INTERVAL = "DYNAMODB_TTL_SWEEP_SECONDS"


class DynamoDBProvider(DynamodbApi, ServiceLifecycleHook):
    """Implements no operation itself, so that every one falls through to moto."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._sweep = ExpirySweep(self.lock, float(os.environ.get(_INTERVAL, "60")))

    def on_before_start(self) -> None:
        """Begin to look for expired items."""
        self._sweep.start()

    def on_before_stop(self) -> None:
        """Stop looking for expired items."""
        self._sweep.stop()


def dispatch_table(provider: DynamoDBProvider) -> DispatchTable:
    """Make moto handle one operation at a time.

    moto checks a condition and then writes, with nothing to keep another thread from writing in
    between; DynamoDB's conditional writes are atomic.
    """
    table = MotoFallbackDispatcher(provider)
    return {operation: _serialised(handler, provider.lock) for operation, handler in table.items()}


def _serialised(handler: ServiceRequestHandler, lock: threading.RLock) -> ServiceRequestHandler:
    @functools.wraps(handler)
    def handle(context: RequestContext, request: ServiceRequest) -> ServiceResponse | None:
        with lock:
            return handler(context, request)

    return handle
