"""What the writer and the reader may do, each connected as itself."""

import psycopg
import pytest

from tests.integration.databases import TestDatabase

DENIED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


def refuse(conninfo: str, statement: str) -> None:
    with psycopg.connect(conninfo) as connection, pytest.raises(DENIED):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE canonical.mine (id int)",
        "CREATE TABLE ingest.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMP TABLE mine (id int)",
        "ALTER TABLE canonical.customers ADD COLUMN mine int",
        "DROP TABLE canonical.customers",
        "TRUNCATE canonical.customers",
        "TRUNCATE ingest.staged_customers",
        "DELETE FROM canonical.customers",
        "DELETE FROM ingest.files",
        "UPDATE canonical.entity_history SET version = 1",
        "DELETE FROM canonical.entity_history",
        "SELECT * FROM migrations._yoyo_migration",
        "ALTER ROLE analytics_reader SET work_mem TO '1GB'",
        "CREATE ROLE mine",
    ],
)
def test_writer_changes_rows_and_nothing_else(database_url: TestDatabase, statement: str) -> None:
    refuse(database_url.writer, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO canonical.relationships (source_system) VALUES ('x')",
        "UPDATE canonical.customers SET name = 'x'",
        "DELETE FROM canonical.customers",
        "TRUNCATE canonical.customers",
        "CREATE TABLE canonical.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "SELECT * FROM ingest.files",
        "SELECT * FROM ingest.quarantine",
        "SELECT * FROM migrations._yoyo_migration",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/hostname')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/hostname')",
        "COPY canonical.customers TO PROGRAM 'cat'",
        "COPY canonical.customers TO '/dev/null'",
        "SELECT pg_reload_conf()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    ],
)
def test_reader_reads_canonical_and_nothing_else(
    database_url: TestDatabase, statement: str
) -> None:
    refuse(database_url.reader, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM canonical.customers",
        "CREATE TABLE canonical.mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
    ],
)
def test_reader_has_no_right_to_write_even_when_it_leaves_read_only_mode(
    database_url: TestDatabase, statement: str
) -> None:
    with psycopg.connect(database_url.reader, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_reader_reads_every_table_and_view_of_canonical(database_url: TestDatabase) -> None:
    relations = """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'canonical'::regnamespace AND relkind IN ('r', 'v')
    """
    with psycopg.connect(database_url.reader) as connection:
        names = [name for (name,) in connection.execute(relations)]
        assert len(names) > 20
        for name in names:
            query = psycopg.sql.SQL("SELECT * FROM canonical.{name}")
            connection.execute(query.format(name=psycopg.sql.Identifier(name))).fetchall()


def test_reader_reads_what_later_migrations_add(database_url: TestDatabase) -> None:
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("CREATE VIEW canonical.later AS SELECT 1 AS one")
    with psycopg.connect(database_url.reader) as reader:
        assert reader.execute("SELECT one FROM later").fetchone() == (1,)


def test_functions_of_later_migrations_are_open_to_nobody(database_url: TestDatabase) -> None:
    with psycopg.connect(database_url.owner) as owner:
        owner.execute("CREATE FUNCTION canonical.later() RETURNS int LANGUAGE sql RETURN 1")
    refuse(database_url.reader, "SELECT canonical.later()")


@pytest.mark.parametrize("setting", ["statement_timeout", "idle_in_transaction_session_timeout"])
def test_sessions_are_limited_by_their_role(database_url: TestDatabase, setting: str) -> None:
    for conninfo in (database_url.reader, database_url.writer):
        with psycopg.connect(conninfo) as connection:
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
            assert row is not None
            assert row[0] != "0"


def test_reader_is_read_only_and_finds_names_without_a_schema(
    database_url: TestDatabase,
) -> None:
    with psycopg.connect(database_url.reader) as connection:
        row = connection.execute("SELECT current_setting('transaction_read_only')").fetchone()
        assert row == ("on",)
        row = connection.execute(
            "SELECT similarity('acme', 'acme') FROM dataset_version"
        ).fetchone()
        assert row == (1.0,)
