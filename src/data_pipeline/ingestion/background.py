"""A thread of its own for what the database has to do, so that decoding goes on meanwhile."""

import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

# Enough for both sides to be busy; what waits is held in memory.
_MOST_WAITING: Final = 3

# How long the thread that decodes may keep the interpreter from one that only has to hand the next
# bytes to the network. The default is ten times as long.
_SWITCH_SECONDS: Final = 0.0005


class Background:
    """Runs pieces of work one after the other, in the order in which they are handed over.

    Leaving the context waits for the piece that runs and, after an error, drops those that wait:
    then nothing uses the connection any more.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._handed_over: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        self._switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._executor.shutdown(wait=True, cancel_futures=error is not None)
        sys.setswitchinterval(self._switch_interval)

    def run(self, work: Callable[[], None]) -> None:
        """Hands a piece of work over; waits while too many wait already.

        Raises:
            Exception: what an earlier piece of work raised.
        """
        while len(self._handed_over) > _MOST_WAITING:
            self._handed_over.popleft().result()
        self._handed_over.append(self._executor.submit(work))

    def wait(self) -> None:
        """Waits for all of it.

        Raises:
            Exception: what a piece of work raised.
        """
        while self._handed_over:
            self._handed_over.popleft().result()
