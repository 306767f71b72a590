"""Keeps small what loads note of rows that they found unchanged.

Such a note refuses a record from between, delivered late. None may be dropped for its age: a file
may be replayed years later. But of each row the newest one is enough, so there are never many more
than twice as many as there are rows.
"""

from typing import Any, Final

import psycopg

from data_pipeline.canonical.tables import TABLES
from data_pipeline.ingestion.statements import statement, table_statement

# Of smaller tables it does not matter how often they are confirmed.
_FEWEST_ROWS: Final = 50_000
_ROWS_OF_ONE: Final = 20_000

# To count them takes longer than to load a small file.
_MANY_UNCHANGED: Final = 10_000
_EACH_OF_SMALL_FILES: Final = 100


def compact(connection: psycopg.Connection[Any], file_id: int, unchanged: int) -> None:
    """Drops the confirmations that say nothing more, once there are many.

    Args:
        connection: in no transaction.
        file_id: of the file that was loaded last.
        unchanged: how many rows that found unchanged. Every so many files are looked after, and
            all large ones.

    Raises:
        psycopg.Error: it could not be done now; nothing is lost.
    """
    if unchanged < _MANY_UNCHANGED and file_id % _EACH_OF_SMALL_FILES:
        return
    with connection.transaction():
        found = connection.execute(
            statement("tables_confirmed_often"), {"fewest_rows": _FEWEST_ROWS}
        ).fetchall()
    names = {name for (name,) in found}
    for table in TABLES:
        if table.name in names:
            with connection.transaction():
                connection.execute(
                    table_statement("compact_confirmations", table), {"rows_of_one": _ROWS_OF_ONE}
                )
