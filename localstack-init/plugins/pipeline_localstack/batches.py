"""Work that is gathered for a moment and then done at once, in the background."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LOG = logging.getLogger(__name__)

# What many requests have in common then takes one call.
_SECONDS_TO_GATHER = 0.2


class Batches[Key, Item]:
    """Items by what they have in common; each batch is handed over in the order of its items."""

    def __init__(self, name: str, hand_over: Callable[[Key, list[Item]], None]) -> None:
        """Makes an empty one.

        Args:
            name: of the thread that hands over.
            hand_over: takes a batch. What it raises is logged, and the batch is lost.
        """
        self._hand_over = hand_over
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._gathered: defaultdict[Key, list[Item]] = defaultdict(list)

    def add(self, key: Key, items: list[Item]) -> None:
        """Adds items; returns at once."""
        with self._lock:
            worker_waits = not self._gathered
            self._gathered[key] += items
        if worker_waits:
            self._worker.submit(self._hand_over_all)

    def _hand_over_all(self) -> None:
        time.sleep(_SECONDS_TO_GATHER)
        with self._lock:
            taken = dict(self._gathered)
            self._gathered.clear()
        for key, items in taken.items():
            try:
                self._hand_over(key, items)
            except Exception:
                LOG.warning("%d items of %s were lost", len(items), key, exc_info=True)
