"""The servers of an environment of these tests' own, started and stopped for real."""

import json
import socket
import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from local import embedded, state, status
from local.embedded import Embedded
from local.process import is_alive, kill
from local.progress import Progress
from local.state import Environment

# Of this run alone. `make test` removes what begins so, also when the tests were killed.
NAME = f"test-servers-{uuid.uuid4().hex[:8]}"

pytestmark = [
    pytest.mark.xdist_group("local-environment"),
    pytest.mark.usefixtures("embedded_only"),
]


@pytest.fixture(scope="module", autouse=True)
def removed_afterwards(embedded_only: None) -> Iterator[None]:  # noqa: ARG001
    yield
    discard()


def discard() -> None:
    embedded.stop(NAME, Progress())
    embedded.remove(NAME)


@pytest.fixture
def environment() -> Environment:
    return embedded.start(NAME, Progress())


@pytest.fixture
def servers(environment: Environment) -> Embedded:
    return embedded.describe(environment)


def processes(runtime: Embedded) -> list[psutil.Process]:
    found = [server.find() for server in runtime.servers()]
    assert all(found)
    roots = [process for process in found if process]
    return [*roots, *(child for root in roots for child in root.children(recursive=True))]


def secret(environment: Environment, role: str) -> dict[str, object]:
    client = environment.client("secretsmanager")
    value = client.get_secret_value(SecretId=f"data-pipeline/database/{role}")["SecretString"]
    content: dict[str, object] = json.loads(value)
    return content


def connect_as_owner(environment: Environment) -> psycopg.Connection:
    owner = secret(environment, "owner")
    return psycopg.connect(
        host=str(owner["host"]),
        port=int(str(owner["port"])),
        dbname=str(owner["dbname"]),
        user=str(owner["username"]),
        password=str(owner["password"]),
    )


def test_the_owner_of_the_secret_owns_a_database_as_on_rds(environment: Environment) -> None:
    with connect_as_owner(environment) as connection:
        row = connection.execute("""
            SELECT r.rolsuper, r.rolcreaterole, pg_get_userbyid(d.datdba),
                   d.datlocprovider, d.datlocale, pg_encoding_to_char(d.encoding),
                   current_setting('server_version_num')::int / 10000,
                   current_setting('password_encryption'), current_setting('TimeZone')
              FROM pg_roles r, pg_database d
             WHERE r.rolname = current_user AND d.datname = current_database()
        """).fetchone()
    assert row == (
        *(False, True, "pipeline_owner", "b", "C.UTF-8", "UTF8", 17),
        *("scram-sha-256", "UTC"),
    )


def test_every_role_has_a_secret_with_a_password_of_its_own(environment: Environment) -> None:
    secrets = {role: secret(environment, role) for role in ("owner", "writer", "reader")}
    assert {role: value["username"] for role, value in secrets.items()} == {
        "owner": "pipeline_owner",
        "writer": "ingest_writer",
        "reader": "analytics_reader",
    }
    assert len({value["password"] for value in secrets.values()}) == 3
    assert all(set(value) == set(secrets["owner"]) for value in secrets.values())


def test_the_servers_listen_on_loopback_alone(servers: Embedded) -> None:
    listening = [
        connection.laddr.ip
        for process in processes(servers)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) == {"127.0.0.1"}


def test_no_password_stands_in_a_command_line(servers: Embedded, environment: Environment) -> None:
    shown = "\n".join(" ".join(process.cmdline()) for process in processes(servers))
    credentials = environment.credentials()
    assert not any(
        password in shown
        for password in (
            *(credentials.superuser, credentials.owner),
            *(credentials.writer, credentials.reader),
        )
    )


def test_a_second_start_leaves_running_servers_alone(
    environment: Environment, servers: Embedded
) -> None:
    before = [server.find() for server in servers.servers()]
    assert embedded.start(NAME, Progress()) == environment
    assert [server.find() for server in servers.servers()] == before


def test_killed_servers_come_back_with_the_data(
    environment: Environment, servers: Embedded
) -> None:
    with connect_as_owner(environment) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
    everything = processes(servers)
    kill(process for server in servers.servers() if (process := server.find()))
    # As after a reboot: the pid that PostgreSQL wrote down is now that of somebody else.
    lock = servers.cluster.data / "postmaster.pid"
    stale = lock.read_text().splitlines()
    stale[0] = str(next(p.pid for p in psutil.process_iter() if p not in everything))
    lock.write_text("\n".join(stale))

    with pytest.raises(state.EnvironmentNotRunning, match="is down"):
        state.load(NAME)
    assert status.report(NAME)[1] is False

    assert embedded.start(NAME, Progress()) == environment
    with connect_as_owner(environment) as connection:
        connection.execute("SELECT FROM kept")
    assert not [process for process in everything if is_alive(process)]
    assert status.report(NAME)[1] is True


def test_a_stop_leaves_no_process_and_keeps_the_data(
    environment: Environment, servers: Embedded
) -> None:
    everything = processes(servers)
    assert embedded.stop(NAME, Progress()) is True
    assert not [process for process in everything if is_alive(process)]
    assert not list(environment.directory.glob("*.pid"))
    assert servers.cluster.data.exists()
    assert embedded.stop(NAME, Progress()) is False


def test_servers_whose_record_is_lost_are_stopped_all_the_same(
    environment: Environment, servers: Embedded
) -> None:
    everything = processes(servers)
    for file in ("environment.json", "postgres.pid", "localstack.pid"):
        (environment.directory / file).unlink()
    assert embedded.stop(NAME, Progress()) is True
    assert not [process for process in everything if is_alive(process)]


def test_an_occupied_port_is_left_to_its_owner(environment: Environment) -> None:
    embedded.stop(NAME, Progress())
    taken = urlsplit(environment.endpoint).port
    assert taken is not None
    with occupied(taken):
        moved = embedded.start(NAME, Progress())
        assert moved.endpoint != environment.endpoint
        assert moved.postgres_port == environment.postgres_port
        assert state.load(NAME) == moved
        with connect_as_owner(moved) as connection:
            connection.execute("SELECT 1")


def test_a_reset_leaves_nothing_on_disk(environment: Environment, servers: Embedded) -> None:
    discard()
    assert not environment.directory.exists()
    assert not servers.cluster.data.exists()


def occupied(port: int) -> socket.socket:
    """A stranger's server on that port, as soon as the port's last owner has let go of it."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
