"""A PostgreSQL of the benchmark's own, started as the local environment starts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from data_pipeline.migrator.passwords import set_password
from data_pipeline.migrator.schema import migrate
from local import database, embedded, ports
from local.ports import LOOPBACK
from local.progress import Progress
from local.state import DATABASE, Credentials, Environment, directory_of

_NAME = "bench"
_WRITER = "ingest_writer"


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server, and the data directory in which it can write files."""

    environment: Environment
    credentials: Credentials
    data: Path

    def conninfo(self, user: str = "postgres", name: str = "postgres") -> str:
        """How a role reaches a database."""
        passwords = {
            "postgres": self.credentials.superuser,
            database.OWNER: self.credentials.owner,
            _WRITER: self.credentials.writer,
        }
        return self.environment.conninfo(user, passwords[user], name)

    def fresh(self, name: str) -> None:
        """Makes an empty database with the newest schema, and nothing left to write by others."""
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            identifier = {"name": sql.Identifier(name), "owner": sql.Identifier(database.OWNER)}
            for command in (
                "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                "CREATE DATABASE {name} OWNER {owner}",
            ):
                connection.execute(sql.SQL(command).format(**identifier))
        migrate(self.conninfo(database.OWNER, name))
        with psycopg.connect(self.conninfo(database.OWNER, name)) as connection:
            set_password(connection, _WRITER, self.credentials.writer)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Writes what waits, so that the next measurement does not pay for the one before."""
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def secret(self, name: str) -> dict[str, object]:
        """How the handler reaches a database, in RDS's words."""
        return {
            "engine": "postgres",
            "host": self.environment.postgres_host,
            "port": self.environment.postgres_port,
            "dbname": name,
            "username": _WRITER,
            "password": self.credentials.writer,
        }


@contextmanager
def running() -> Iterator[Server]:
    """Starts the server, and removes it with all its data."""
    progress = Progress()
    embedded.stop(_NAME, progress)
    embedded.remove(_NAME)
    environment = _environment()
    environment.save()
    try:
        yield _start(environment)
    finally:
        embedded.stop(_NAME, progress)
        embedded.remove(_NAME)


def _environment() -> Environment:
    chosen = ports.choose(_NAME, None)
    return Environment(
        name=_NAME,
        runtime=embedded.RUNTIME,
        endpoint=f"http://{LOOPBACK}:{chosen.localstack}",
        postgres_host=LOOPBACK,
        postgres_port=chosen.postgres,
        database=DATABASE,
        directory=directory_of(_NAME),
    )


def _start(environment: Environment) -> Server:
    cluster = embedded.describe(environment).cluster
    credentials = environment.credentials()
    cluster.initialise(credentials.superuser)
    cluster.start(credentials.superuser)
    database.create(environment, credentials)
    return Server(environment=environment, credentials=credentials, data=cluster.data)
