"""The containers of an environment of these tests' own, started and stopped for real."""

import json
import uuid
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
import requests
from docker.models.containers import Container

from local import (
    compose,
    containers,
    credentials,
    embedded,
    images,
    lifecycle,
    ports,
    runtime,
    state,
    status,
)
from local.docker import Project
from local.progress import Progress
from local.state import Environment

# Of this run alone. `make test-docker` removes what begins so, also when the tests were killed.
NAME = f"test-containers-{uuid.uuid4().hex[:8]}"
SERVICES = ("postgres", "localstack")

pytestmark = pytest.mark.xdist_group("local-environment")


@pytest.fixture(scope="module", autouse=True)
def docker_only(environment: Environment) -> Iterator[None]:
    if environment.runtime != containers.RUNTIME:
        pytest.skip("About containers: in the embedded runtime there are processes")
    yield
    lifecycle.remove(NAME, Progress())


@pytest.fixture
def own() -> Environment:
    return containers.start(NAME, Progress())


@pytest.fixture
def project() -> Project:
    return containers.project(NAME)


def identities(project: Project) -> list[str]:
    return [str(one.id) for service in SERVICES for one in project.containers(service)]


def all_of(project: Project) -> list[Container]:
    found = project.containers()
    assert len(found) == 2
    return found


def keep_a_table(own: Environment) -> None:
    with psycopg.connect(own.admin_conninfo()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")


def find_the_table(own: Environment) -> None:
    with psycopg.connect(own.admin_conninfo()) as connection:
        connection.execute("SELECT FROM kept")


def stored(own: Environment) -> list[tuple[object, ...]]:
    """What is stored of every customer, but for when it was loaded."""
    with psycopg.connect(own.admin_conninfo()) as connection:
        return connection.execute("""
            SELECT source_system, source_id, name FROM canonical.customers ORDER BY 1, 2
        """).fetchall()


def test_functions_are_led_to_the_database_by_its_name_among_the_containers(
    own: Environment,
) -> None:
    client = own.client("secretsmanager")
    value = client.get_secret_value(SecretId="data-pipeline/database/owner")["SecretString"]
    secret = json.loads(value)
    assert (secret["host"], secret["port"]) == ("postgres", 5432)


def test_the_database_is_as_on_rds(own: Environment) -> None:
    owner = own.conninfo("pipeline_owner", own.credentials().owner)
    with psycopg.connect(owner) as connection:
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


@pytest.mark.usefixtures("own")
def test_containers_have_no_rights_that_they_do_not_need(project: Project) -> None:
    for container in all_of(project):
        host = container.attrs["HostConfig"]
        assert host["Privileged"] is False
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert not [bind for bind in host["Binds"] if "docker.sock" in bind]
        assert container.attrs["Config"]["User"] not in {"", "0", "root"}
        # A limit of each kind.
        assert host["Memory"] > 0
        assert host["PidsLimit"] > 0


@pytest.mark.usefixtures("own")
def test_ports_are_published_on_loopback_alone(project: Project) -> None:
    addresses = [
        binding["HostIp"]
        for container in all_of(project)
        for bindings in container.attrs["HostConfig"]["PortBindings"].values()
        for binding in bindings
    ]
    assert addresses == ["127.0.0.1", "127.0.0.1"]


def test_a_second_start_leaves_running_containers_alone(own: Environment, project: Project) -> None:
    before = identities(project)
    assert containers.start(NAME, Progress()) == own
    # Nor does another wish for durability replace a server that others are connected to.
    assert containers.start(NAME, Progress(), durable=False) == own
    assert identities(project) == before


def test_a_restarted_localstack_serves_again_and_the_data_are_there(
    own: Environment, project: Project
) -> None:
    keep_a_table(own)
    own.client("s3").create_bucket(Bucket="lost")
    [localstack] = project.containers("localstack")
    localstack.restart()
    assert containers.start(NAME, Progress()) == own
    assert own.client("s3").list_buckets()["Buckets"] == []
    find_the_table(own)


def test_a_stop_leaves_no_container_and_keeps_the_data(own: Environment, project: Project) -> None:
    keep_a_table(own)
    assert containers.stop(NAME, Progress()) is True
    assert project.containers() == []
    assert containers.stop(NAME, Progress()) is False
    with pytest.raises(state.EnvironmentNotRunning, match="is down"):
        state.load(NAME)
    assert status.report(NAME)[1] is False
    find_the_table(containers.start(NAME, Progress()))


def test_a_new_environment_goes_to_the_engine_that_has_the_images() -> None:
    choice = runtime.choose({}, f"{NAME}-new")
    assert choice.name == containers.RUNTIME
    assert choice.why.startswith("Runtime docker: ")


def test_each_runtime_keeps_its_own_database(own: Environment, project: Project) -> None:
    keep_a_table(own)
    lifecycle.take_down(NAME, Progress())
    process = embedded.start(NAME, Progress())
    assert process.credentials() == own.credentials()
    with pytest.raises(psycopg.errors.UndefinedTable):
        find_the_table(process)
    lifecycle.take_down(NAME, Progress())
    assert project.containers() == []
    assert not any(server.running for server in embedded.servers(process))
    find_the_table(containers.start(NAME, Progress()))


def test_a_lost_state_of_localstack_is_restored_beside_the_data() -> None:
    choice = runtime.choose({"RUNTIME": containers.RUNTIME}, NAME)
    deployed = lifecycle.bring_up(NAME, Progress(), choice)
    before = stored(deployed)
    assert before
    [localstack] = containers.project(NAME).containers("localstack")
    localstack.restart()
    restored = lifecycle.bring_up(NAME, Progress(), choice)
    assert restored == deployed
    assert stored(restored) == before
    assert requests.get(f"{restored.api_url}/health", timeout=60).json()["status"] == "ok"


@pytest.fixture
def docker_compose() -> compose.Program:
    """Version 1.29, which serves where there is no Compose v2."""
    for program in compose.programs():
        if program.version < (2,):
            return program
    pytest.skip("This machine has no docker-compose 1.29: since release 13, Debian has v2 alone")


def test_docker_compose_1_29_starts_and_removes_them_too(docker_compose: compose.Program) -> None:
    name = f"{NAME}-first"
    other = ports.environment_at(name, containers.RUNTIME, ports.choose(name, None))
    project, passwords = containers.project(name), credentials.make()
    run = partial(
        compose.run,
        variables=images.settings(passwords, ports.of(other)),
        project=project.name,
        files=[compose.FILE],
        using=docker_compose,
    )
    try:
        run(["up", "--detach", "--no-build"])
        for service in SERVICES:
            project.await_health(service)
        assert other.client("s3").list_buckets()["Buckets"] == []
        with psycopg.connect(other.conninfo("pipeline_owner", passwords.owner)) as connection:
            connection.execute("SELECT")
    finally:
        run(["down", "--volumes"])
    assert project.containers() == []


def test_a_reset_leaves_nothing(own: Environment, project: Project) -> None:
    lifecycle.remove(NAME, Progress())
    assert project.containers() == []
    label = {"label": f"com.docker.compose.project={project.name}"}
    assert project.client.volumes.list(filters=label) == []
    assert project.client.networks.list(filters=label) == []
    assert not own.directory.exists()
