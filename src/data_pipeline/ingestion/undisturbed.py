"""Does again what other loads were in the way of."""

from collections.abc import Callable
from typing import Final

import psycopg

from data_pipeline.aws.observability import logger

_ATTEMPTS: Final = 3

# Other loads were in the way; they are not when all of it is done again.
IN_THE_WAY: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def undisturbed[Result](work: Callable[[], Result]) -> Result:
    """What the work results in, done up to three times.

    Args:
        work: whole transactions.

    Raises:
        psycopg.Error: others were in the way each time, or something else failed.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return work()
        except IN_THE_WAY as error:
            logger.info("load is repeated", extra={"sqlstate": error.sqlstate})
    return work()
