"""Making an answer once for all who ask for it at the same time.

The holder of a lease renews it from a thread while its query runs. When it has the result it puts
it in the lease's place; when it fails it gives the lease back. A holder that died does neither,
and a few seconds later somebody else takes the lease. Those who wait run the query themselves as
soon as there is nothing more to wait for.
"""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from data_pipeline.analytics.cache import LEASE_SECONDS, Finding, Found, QueryCache

_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.25
_SECONDS_BETWEEN_RENEWALS = LEASE_SECONDS / 3


class Lease:
    """The right to make the answer under a key."""

    def __init__(self, cache: QueryCache, result_key: str) -> None:
        self._cache = cache
        self._key = result_key
        self._owner = uuid.uuid4().hex

    def claim(self) -> Found:
        """Takes the lease: `LEASED`, or what there is already."""
        return self._cache.claim(self._key, self._owner)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps the lease alive inside, and gives it back when that fails."""
        is_over = threading.Event()
        threading.Thread(target=self._renew_until, args=(is_over,), daemon=True).start()
        try:
            yield
        except BaseException:
            self.release()
            raise
        finally:
            is_over.set()

    def release(self) -> None:
        """Gives the lease back; nothing happens when a result stands in its place."""
        self._cache.release(self._key, self._owner)

    def _renew_until(self, is_over: threading.Event) -> None:
        while not is_over.wait(_SECONDS_BETWEEN_RENEWALS):
            self._cache.renew(self._key, self._owner)


def wait_for_answer(cache: QueryCache, result_key: str, *, deadline: float) -> Found:
    """What the cache holds when nobody works on the answer any more.

    Args:
        cache: where the answer will be.
        result_key: the key of the answer.
        deadline: of `time.monotonic`; from then on nobody waits.

    Returns:
        `BEING_MADE` still, if the deadline came first.
    """
    pause = _FIRST_PAUSE_SECONDS
    found = Found(finding=Finding.BEING_MADE)
    while found.finding is Finding.BEING_MADE and time.monotonic() < deadline:
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        found = cache.look(result_key)
    return found
