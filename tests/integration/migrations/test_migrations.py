"""What the migrator does to a database, also when it is run twice, at once or half."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from data_pipeline.canonical import MIGRATIONS
from data_pipeline.canonical.tables import TABLES
from data_pipeline.migrator import schema
from data_pipeline.migrator.schema import migrate
from tests.integration.databases import OWNER, READER, WRITER, TestDatabase

NAMES = tuple(sorted(file.stem for file in MIGRATIONS.glob("*.sql")))


def marked(database: TestDatabase) -> list[str]:
    with psycopg.connect(database.owner) as connection:
        query = "SELECT migration_id FROM migrations._yoyo_migration ORDER BY 1"
        return [name for (name,) in connection.execute(query)]


def test_first_run_applies_everything_in_order(new_database: TestDatabase) -> None:
    migrated = migrate(new_database.owner)
    assert migrated.applied == NAMES
    assert migrated.schema_version == NAMES[-1]
    assert tuple(marked(new_database)) == NAMES


def test_second_run_applies_nothing(new_database: TestDatabase) -> None:
    migrate(new_database.owner)
    again = migrate(new_database.owner)
    assert again.applied == ()
    assert again.schema_version == NAMES[-1]


def test_runs_at_the_same_time_apply_everything_once(new_database: TestDatabase) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: migrate(new_database.owner), range(4)))
    assert sorted(run.applied for run in runs) == [(), (), (), NAMES]
    assert tuple(marked(new_database)) == NAMES


def test_failed_migration_leaves_nothing_of_itself_and_can_be_mended(
    new_database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, directory)
    monkeypatch.setattr(schema, "MIGRATIONS", directory)
    last = directory / "9999_last.sql"
    last.write_text("CREATE TABLE canonical.half (id int);\nSELECT 1 / 0;\n")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(new_database.owner)
    assert tuple(marked(new_database)) == NAMES
    last.write_text("CREATE TABLE canonical.half (id int);\n")
    assert migrate(new_database.owner).applied == ("9999_last",)


HOLD_THE_LOCK = """
import sys, time
from data_pipeline.migrator.backend import LockedBackend

with LockedBackend(sys.argv[1]) as backend, backend.lock(), backend.transaction():
    backend.execute("CREATE TABLE migrations.half (id int)")
    print("holding", flush=True)
    time.sleep(600)
"""


def test_migrator_that_was_killed_does_not_block_the_next(new_database: TestDatabase) -> None:
    command = [sys.executable, "-c", HOLD_THE_LOCK, new_database.owner]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as migrator:
        assert migrator.stdout is not None
        assert migrator.stdout.readline() == "holding\n"
        migrator.kill()
    assert migrate(new_database.owner).applied == NAMES


def test_run_with_nothing_to_do_writes_to_no_role(database_url: TestDatabase) -> None:
    """Another database's migrator may be at the same roles now."""
    query = """
        SELECT setrole::regrole::text, xmin::text FROM pg_db_role_setting
        WHERE setdatabase = 0 AND setrole::regrole::text = ANY (%s) ORDER BY 1
    """
    roles = [[OWNER, WRITER, READER]]
    with psycopg.connect(database_url.owner, autocommit=True) as connection:
        before = connection.execute(query, roles).fetchall()
        assert before
        migrate(database_url.owner)
        assert connection.execute(query, roles).fetchall() == before


def test_staging_has_the_columns_that_are_loaded_and_no_other(
    database_url: TestDatabase,
) -> None:
    query = """
        SELECT column_name FROM information_schema.columns
        WHERE table_schema = 'ingest' AND table_name = %s
    """
    with psycopg.connect(database_url.owner) as connection:
        for table in TABLES:
            found = {name for (name,) in connection.execute(query, [table.staging_name])}
            columns = {column.name for column in table.columns}
            assert found == columns | {"load_id", "position"}, table.name


def test_staging_writes_no_wal_and_is_not_temporary(database_url: TestDatabase) -> None:
    query = """
        SELECT relname, relpersistence FROM pg_class
        WHERE relnamespace = 'ingest'::regnamespace AND relname LIKE 'staged\\_%' AND relkind = 'r'
    """
    with psycopg.connect(database_url.owner) as connection:
        kinds: dict[str, str] = dict(connection.execute(query).fetchall())
    assert kinds.keys() >= {table.staging_name for table in TABLES}
    assert set(kinds.values()) == {"u"}


def test_tables_are_described_with_the_database_s_own_types(database_url: TestDatabase) -> None:
    query = """
        SELECT
            attribute.attname,
            coalesce(nullif(type.typbasetype, 0), type.oid)::regtype::text
        FROM pg_attribute AS attribute
        JOIN pg_type AS type ON type.oid = attribute.atttypid
        WHERE attribute.attrelid = format('canonical.%%I', %s::text)::regclass
            AND attribute.attnum > 0
    """
    aliases = {"int8": "bigint", "bool": "boolean", "timestamptz": "timestamp with time zone"}
    with psycopg.connect(database_url.owner) as connection:
        for table in TABLES:
            types = {str(name): kind for name, kind in connection.execute(query, [table.name])}
            for column in table.columns:
                expected = aliases.get(column.type, column.type)
                assert types[column.name] == expected, f"{table.name}.{column.name}"
