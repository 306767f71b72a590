"""A call that runs while its caller makes what the next one needs."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class OneAhead[T]:
    """Runs one call at a time, in a thread of its own."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._running: Future[T] | None = None

    def start(self, call: Callable[[], T]) -> None:
        """Starts a call, when the one before has been waited for."""
        self._running = self._executor.submit(call)

    def wait(self) -> T | None:
        """What the call gave that was started last; None when that is known already.

        Raises:
            Exception: as the call raised it.
        """
        if self._running is None:
            return None
        running, self._running = self._running, None
        return running.result()

    def close(self) -> None:
        """Waits for the call that runs, and lets no other start."""
        self._executor.shutdown()
