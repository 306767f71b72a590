"""Stopping a query, from another thread than the one that waits for its rows."""

from typing import Final

import psycopg

from data_pipeline.aws.database import Connection
from data_pipeline.aws.observability import logger

_TIMEOUT_SECONDS: Final = 5.0


def stop_query(connection: Connection) -> None:
    """Asks the server to stop what runs. It may have ended meanwhile, and the server be gone."""
    try:
        connection.cancel_safe(timeout=_TIMEOUT_SECONDS)
    except psycopg.Error:
        logger.warning("query not cancelled", exc_info=True)
