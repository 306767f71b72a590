"""Does again what other loads were in the way of."""

from collections.abc import Callable
from typing import Final

import psycopg

from data_pipeline.aws.observability import logger

_ATTEMPTS: Final = 4

# Other loads were in the way; they are not when all of it is done again.
IN_THE_WAY: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def undisturbed[Result](work: Callable[[bool], Result]) -> Result:
    """What the work results in, done up to four times.

    Args:
        work: whole transactions, since others may wait for the end of one, whatever of it was
            taken back. It is told whether others were in the way before.

    Raises:
        psycopg.Error: others were in the way each time, or something else failed.
    """
    for attempt in range(_ATTEMPTS - 1):
        try:
            return work(attempt > 0)
        except IN_THE_WAY as error:
            logger.info("load is repeated", extra={"sqlstate": error.sqlstate})
    return work(True)
