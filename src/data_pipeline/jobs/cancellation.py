"""Stopping a query, from another thread than the one that waits for its rows."""

from dataclasses import dataclass
from typing import Final

import psycopg

from data_pipeline.analytics.operation import sql_file
from data_pipeline.aws.database import Database, DatabaseUnavailable
from data_pipeline.aws.observability import logger
from data_pipeline.aws.secrets import SecretUnreadable

_STOP_QUERY: Final = sql_file(__file__, "stop_query")


@dataclass(frozen=True, kw_only=True)
class RunningQuery:
    """What runs in a transaction of that name."""

    database: Database
    name: str

    def stop(self) -> None:
        """Asks the server to stop it. It may have ended meanwhile, and the server be gone.

        On another connection, since RDS Proxy passes no cancel request of libpq's on:
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-planning.html
        """
        try:
            with self.database.open() as connection:
                connection.execute(_STOP_QUERY, {"name": self.name})
        except (DatabaseUnavailable, SecretUnreadable, psycopg.Error):
            logger.warning("query not cancelled", exc_info=True)
