"""A database of its own for each test, with everything that the migrator makes.

The databases lie in the environment's PostgreSQL and are copies of a template, which is made once
for each state of the migrations.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from data_pipeline.canonical import MIGRATIONS
from data_pipeline.migrator.passwords import set_password
from data_pipeline.migrator.schema import migrate
from local.state import Environment

OWNER = "pipeline_owner"
WRITER = "ingest_writer"
READER = "analytics_reader"

# Any number will do: parallel sessions that need the same template wait for each other.
_TEMPLATE_LOCK = 5_551_202


@dataclass(frozen=True, kw_only=True)
class TestDatabase:
    """How each role reaches a database."""

    __test__ = False

    name: str
    owner: str
    writer: str
    reader: str


def of(environment: Environment, name: str) -> TestDatabase:
    """How each role reaches the database of that name."""
    passwords = environment.credentials()
    return TestDatabase(
        name=name,
        owner=environment.conninfo(OWNER, passwords.owner, name),
        writer=environment.conninfo(WRITER, passwords.writer, name),
        reader=environment.conninfo(READER, passwords.reader, name),
    )


def create(environment: Environment, *, template: str = "template1") -> TestDatabase:
    """A new database that the pipeline's owner owns, as RDS hands one over."""
    name = f"test_{uuid.uuid4().hex}"
    with _administration(environment) as connection:
        _create(connection, name, template)
    return of(environment, name)


def drop(environment: Environment, database: TestDatabase) -> None:
    """Removes a database, whoever is connected to it."""
    with _administration(environment) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(name=sql.Identifier(database.name))
        )


@pytest.fixture(scope="session")
def database_template(environment: Environment) -> str:
    """A migrated database to copy, that nobody is connected to."""
    digest = hashlib.sha256()
    for file in sorted(MIGRATIONS.iterdir()):
        digest.update(file.name.encode() + file.read_bytes())
    name = f"template_{digest.hexdigest()[:16]}"
    with _administration(environment) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            _make_template(environment, connection, name)
    return name


@pytest.fixture
def database_url(environment: Environment, database_template: str) -> Iterator[TestDatabase]:
    """An empty database with the newest schema."""
    database = create(environment, template=database_template)
    try:
        migrate(database.owner)  # rights on a database are not copied with it
        yield database
    finally:
        drop(environment, database)


@pytest.fixture
def new_database(environment: Environment) -> Iterator[TestDatabase]:
    """A database that no migration was applied to."""
    database = create(environment)
    try:
        yield database
    finally:
        drop(environment, database)


def _administration(environment: Environment) -> psycopg.Connection:
    return psycopg.connect(environment.admin_conninfo(), dbname="postgres", autocommit=True)


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}").format(
            name=sql.Identifier(name),
            owner=sql.Identifier(OWNER),
            template=sql.Identifier(template),
        )
    )


def _make_template(environment: Environment, administration: psycopg.Connection, name: str) -> None:
    """Makes it under another name first: what has the template's name is complete."""
    unfinished = create(environment)
    migrate(unfinished.owner)
    passwords = environment.credentials()
    with psycopg.connect(unfinished.owner) as connection:
        set_password(connection, WRITER, passwords.writer)
        set_password(connection, READER, passwords.reader)
    administration.execute(
        sql.SQL("ALTER DATABASE {unfinished} RENAME TO {name}").format(
            unfinished=sql.Identifier(unfinished.name), name=sql.Identifier(name)
        )
    )
