"""The migrator on a server that holds nothing yet, as RDS hands one over."""

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo as libpq
from psycopg import sql

from data_pipeline.migrator import handler
from data_pipeline.migrator.database import UnsuitableDatabase, create_database
from local.ports import LOOPBACK
from local.postgres import Cluster, data_directory
from local.postgres_programs import server_account
from local.process import run_as
from local.state import Environment
from tests.integration import function_environment
from tests.integration.migrations.test_handler import CONTEXT

# RDS makes databases in en_US.UTF-8, which few machines have; ICU's English comes with the server
# and sorts these words the same way.
ENGLISH = ("--locale-provider=icu", "--icu-locale=en-US", "--no-locale")
WORDS = ["Zebra", "apple", "Banana"]
BY_CODE_POINT = ["Banana", "Zebra", "apple"]
IN_ENGLISH = ["apple", "Banana", "Zebra"]


class EnglishServer(Cluster):
    """A server with the sort order of an RDS instance."""

    def _run_initdb(self, target: Path, password_file: Path) -> None:
        subprocess.run(
            [
                *(str(self.programs / "initdb"), f"--pgdata={target}", "--username=postgres"),
                *(f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"),
                *(*ENGLISH, "--no-sync"),
            ],
            cwd=target.parent,
            env={"LC_ALL": "C"},
            check=True,
            capture_output=True,
            **run_as(self.account),
        )


@pytest.fixture(scope="module")
def maintenance(
    environment: Environment,
    embedded_only: None,  # noqa: ARG001 - skips
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """How the master user reaches the only database of a new server."""
    account = server_account()
    beside = data_directory(environment.name, environment.directory, account)
    server = EnglishServer(
        name=environment.name,
        data=beside.with_name(f"test-{secrets.token_hex(6)}"),
        port=free_port(),
        account=account,
        directory=tmp_path_factory.mktemp("server"),
        durable=False,
    )
    with running(server) as superuser:
        password = libpq.conninfo_to_dict(superuser)["password"]
        with psycopg.connect(superuser, autocommit=True) as connection:
            # What the master user may do: see the role rds_superuser.
            connection.execute(
                sql.SQL("CREATE ROLE pipeline_owner LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                    sql.Literal(password)
                )
            )
        yield libpq.make_conninfo(superuser, user="pipeline_owner")


@contextmanager
def running(server: Cluster) -> Iterator[str]:
    password = secrets.token_hex(16)
    try:
        server.initialise(password)
        server.start(password)
        yield libpq.make_conninfo(
            host=LOOPBACK, port=server.port, dbname="postgres", user="postgres", password=password
        )
    finally:
        server.stop()
        shutil.rmtree(server.data, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def in_order(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute("SELECT word FROM unnest(%s::text[]) word ORDER BY word", [WORDS])
        return [str(word) for (word,) in rows]


def test_migrator_makes_a_database_that_sorts_by_code_point(
    environment: Environment, maintenance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = libpq.make_conninfo(maintenance, dbname="pipeline")
    function_environment.reach(environment, monkeypatch)
    with (
        function_environment.database_secret(environment, pipeline) as owner,
        function_environment.database_secret(
            environment, libpq.make_conninfo(pipeline, user="ingest_writer")
        ) as writer,
        function_environment.database_secret(
            environment, libpq.make_conninfo(pipeline, user="analytics_reader")
        ) as reader,
    ):
        monkeypatch.setenv("DATABASE_SECRET_ID", owner)
        monkeypatch.setenv("WRITER_SECRET_ID", writer)
        monkeypatch.setenv("READER_SECRET_ID", reader)
        first = handler.handle({}, CONTEXT)
        again = handler.handle({}, CONTEXT)
    function_environment.forget()

    assert first["applied"]
    assert again["applied"] == []
    assert in_order(maintenance) == IN_ENGLISH
    assert in_order(pipeline) == BY_CODE_POINT


def test_database_that_is_there_is_left_alone(maintenance: str) -> None:
    conninfo = libpq.make_conninfo(maintenance, dbname="made_once")
    assert create_database(conninfo)
    assert not create_database(conninfo)


def test_database_that_sorts_otherwise_is_refused(maintenance: str) -> None:
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute("CREATE DATABASE in_english")
    with pytest.raises(UnsuitableDatabase, match="sorts text by en-US, not by code point"):
        create_database(libpq.make_conninfo(maintenance, dbname="in_english"))
