"""Makes the pipeline's database, which sorts text the same way in every stage."""

from pathlib import Path
from typing import Final

import psycopg
from psycopg import conninfo as libpq
from psycopg import sql

# The database that every server has: RDS makes no other, and RDS Proxy needs it to stay.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-planning.html
_MAINTENANCE: Final = "postgres"
# By code point, as the builtin provider sorts; the letters' cases are Unicode's.
# https://www.postgresql.org/docs/17/locale.html#LOCALE-PROVIDERS
_SORTED_BY: Final = ("b", "C.UTF-8", "UTF8")
# Any number will do as long as nothing else in the database `postgres` locks the same one.
_LOCK: Final = 7_243_392_026
_SQL: Final = Path(__file__).parent / "sql"


class UnsuitableDatabase(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """The database is there, but sorts text in another way than every other stage's."""


def create_database(conninfo: str) -> bool:
    """Creates the database that the connection string names, unless it is there.

    RDS would make it with the sort order of its image's operating system (`en_US.UTF-8`), in which
    indexes serve no prefixes and answers are ordered otherwise than in the other stages.

    Args:
        conninfo: libpq's connection string of the database's owner, who may create databases where
            there is none yet.

    Returns:
        True when it was created now.

    Raises:
        UnsuitableDatabase: it was made by somebody else, with another sort order or encoding.
        psycopg.Error: the server can't be reached or refused a statement.
    """
    name = str(libpq.conninfo_to_dict(conninfo)["dbname"])
    with psycopg.connect(conninfo, dbname=_MAINTENANCE, autocommit=True) as connection:
        # The lock goes with the connection, however it ends.
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        found = connection.execute(_statement("database_locale"), [name]).fetchone()
        if found is None:
            created = _statement("create_database").format(name=sql.Identifier(name))
            connection.execute(created)
            return True
    if found != _SORTED_BY:
        raise UnsuitableDatabase(
            f"The database {name!r} is in {found[2]} and sorts text by {found[1]}, not by code "
            "point in UTF8. Save what it holds, drop it, and run the migrator again."
        )
    return False


def _statement(name: str) -> sql.SQL:
    return sql.SQL((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
