"""The pipeline's database as RDS hands it over: empty, owned by a role that is no superuser.

Everything inside is the migrator's work, the same here and on AWS.
"""

import psycopg
from psycopg import sql

from local.state import Credentials, Environment

OWNER = "pipeline_owner"


def create(environment: Environment, credentials: Credentials) -> None:
    """Creates the owner and the database unless they are there, and sets the owner's password."""
    administration = environment.conninfo("postgres", credentials.superuser, database="postgres")
    with psycopg.connect(administration, autocommit=True) as connection:
        _ensure_owner(connection, credentials.owner)
        _ensure_database(connection, environment.database)


def _ensure_owner(connection: psycopg.Connection, password: str) -> None:
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
    verb = sql.SQL("CREATE" if exists is None else "ALTER")
    # The password goes over the wire as its hash only: statements may be logged.
    hashed = connection.pgconn.encrypt_password(
        password.encode(), OWNER.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL(
            "{verb} ROLE {owner} LOGIN CREATEROLE NOSUPERUSER NOCREATEDB PASSWORD {hashed}"
        ).format(verb=verb, owner=sql.Identifier(OWNER), hashed=sql.Literal(hashed))
    )


def _ensure_database(connection: psycopg.Connection, name: str) -> None:
    exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
    if exists is not None:
        return
    connection.execute(
        sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(
            name=sql.Identifier(name), owner=sql.Identifier(OWNER)
        )
    )
