"""Watching over a running query: progress out, cancellation in."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.aws.observability import logger
from data_pipeline.jobs.cancellation import RunningQuery
from data_pipeline.jobs.job import Progress
from data_pipeline.jobs.store import JobStore

_SECONDS_BETWEEN_LOOKS = 1.0


@dataclass(kw_only=True)
class Watch:
    """Each second writes a job's progress; when the job is no longer to run, stops its query.

    One conditional update does both, so a job costs one write a second.
    """

    store: JobStore
    job_id: str
    query: RunningQuery
    progress: Callable[[], Progress]
    is_cancelled: bool = False
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            if not self.is_cancelled:
                self.is_cancelled = not self._is_still_to_run()
            if self.is_cancelled:
                self.query.stop()

    def _is_still_to_run(self) -> bool:
        try:
            return self.store.report(self.job_id, self.progress())
        except (BotoCoreError, ClientError):
            logger.warning("progress not written", exc_info=True)
            return True
