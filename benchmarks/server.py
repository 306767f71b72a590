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

_WRITER = "ingest_writer"
_READER = "analytics_reader"


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
            _READER: self.credentials.reader,
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
            set_password(connection, _READER, self.credentials.reader)
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
def running(name: str, *, with_aws: bool = False) -> Iterator[Server]:
    """Starts the server, and removes it with all its data.

    Args:
        name: of the environment, which nothing else may use meanwhile.
        with_aws: start LocalStack beside it.
    """
    progress = Progress()
    embedded.stop(name, progress)
    embedded.remove(name)
    try:
        yield _server(embedded.start(name, progress)) if with_aws else _alone(name)
    finally:
        embedded.stop(name, progress)
        embedded.remove(name)


def _alone(name: str) -> Server:
    chosen = ports.choose(name, None)
    environment = Environment(
        name=name,
        runtime=embedded.RUNTIME,
        endpoint=f"http://{LOOPBACK}:{chosen.localstack}",
        postgres_host=LOOPBACK,
        postgres_port=chosen.postgres,
        database=DATABASE,
        directory=directory_of(name),
    )
    environment.save()
    cluster = embedded.describe(environment).cluster
    credentials = environment.credentials()
    cluster.initialise(credentials.superuser)
    cluster.start(credentials.superuser)
    database.create(environment, credentials)
    return _server(environment)


def _server(environment: Environment) -> Server:
    data = embedded.describe(environment).cluster.data
    return Server(environment=environment, credentials=environment.credentials(), data=data)
