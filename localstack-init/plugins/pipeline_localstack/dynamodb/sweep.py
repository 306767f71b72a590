"""Removes expired items in the background, as DynamoDB does."""

import logging
import threading
import time

from moto.dynamodb.models import Table, dynamodb_backends

from pipeline_localstack.dynamodb.expiry import has_expired

LOG = logging.getLogger(__name__)


class ExpirySweep:
    """Looks through all tables with a time-to-live attribute, every so often.

    Args:
        lock: held while items are looked at and removed.
        interval: seconds between two looks.
    """

    def __init__(self, lock: threading.RLock, interval: float) -> None:
        self._lock = lock
        self._interval = interval
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dynamodb-expiry", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self._interval):
            try:
                self._sweep()
            except Exception:
                LOG.exception("Expired items could not be removed")

    def _sweep(self) -> None:
        now = time.time()
        with self._lock:
            for regions in list(dynamodb_backends.values()):
                for backend in list(regions.values()):
                    for table in list(backend.tables.values()):
                        remove_expired(table, now)


def remove_expired(table: Table, now: float) -> None:
    """Remove the expired items of one table, if it has a time-to-live attribute."""
    attribute = table.ttl.get("AttributeName")
    if table.ttl.get("TimeToLiveStatus") != "ENABLED" or not attribute:
        return
    for item in table.all_items():
        value = item.attrs.get(attribute)
        if value is not None and has_expired(value.type, value.value, now):
            table.delete_item(item.hash_key, item.range_key)
