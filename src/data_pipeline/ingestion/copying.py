"""COPY of whole batches, and what PostgreSQL may say against one."""

from typing import Any, Final

import psycopg
from psycopg import sql

# What PostgreSQL says of data that it can't hold. The same data will never fare better.
REFUSALS: Final = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
)


def copy(connection: psycopg.Connection[Any], command: sql.Composed, lines: bytes) -> None:
    """Copies lines, all or none of them.

    Args:
        connection: in a transaction, which is as it was after an error.
        command: a COPY from STDIN.
        lines: in the command's format.
    """
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(command) as copying:
        copying.write(lines)
