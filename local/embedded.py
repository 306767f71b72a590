"""The embedded runtime: PostgreSQL and LocalStack as processes of this machine, no containers."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from local import credentials, ports
from local.database_server import DatabaseServer
from local.localstack import LocalStack
from local.ports import LOOPBACK, Ports
from local.postgres import Cluster, data_directory
from local.postgres_programs import directory_for_account, server_account
from local.process import Server
from local.progress import Progress
from local.servers import FileLog, ServerState
from local.state import Credentials, Environment, directory_of, recorded

RUNTIME: Final = "embedded"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """One environment's servers."""

    cluster: Cluster
    localstack: LocalStack

    def servers(self) -> tuple[Server, Server]:
        """Both, in the order in which they are started."""
        return self.cluster.server, self.localstack.server


def start(name: str, progress: Progress, *, durable: bool = True) -> Environment:
    """Starts what does not run yet and waits until it serves.

    Args:
        name: the environment.
        progress: told of each step.
        durable: whether the database's data must survive a power cut.

    Raises:
        PostgresError: the database can't be set up.
        PostgresUnavailableError: there is no PostgreSQL server to run.
        LocalStackError: an init hook failed.
        ServerExitedError: a server ended while starting.
        TimeoutError: a server was not ready in time.
    """
    last = recorded(name)
    if last is None:
        # Servers whose record is lost are not found at their addresses any more.
        stop(name, progress)
    environment = ports.environment_at(name, RUNTIME, _choose_ports(name, last))
    # Before the servers start: what a start that is broken off leaves is found by it.
    environment.save()
    runtime = describe(environment, durable=durable)
    if environment != last:
        # One that runs still has the old address of the database in its secrets.
        runtime.localstack.stop()
    _start_postgres(runtime.cluster, environment, progress)
    _start_localstack(runtime.localstack, progress)
    return environment


def stop(name: str, progress: Progress) -> bool:
    """Stops what runs; data stay. True when something ran."""
    if not directory_of(name).exists():
        return False
    # Servers are found by what they are, not by their ports: the record may be lost.
    lost = Ports(localstack=0, postgres=0)
    runtime = describe(recorded(name) or ports.environment_at(name, RUNTIME, lost))
    stopped = [
        server.name
        for server, stop_server in (
            (runtime.localstack.server, runtime.localstack.stop),
            (runtime.cluster.server, runtime.cluster.stop),
        )
        if stop_server()
    ]
    if stopped:
        progress.step(f"{' and '.join(stopped)} stopped")
    return bool(stopped)


def remove(name: str) -> None:
    """Removes all that a stopped environment has on disk."""
    elsewhere = directory_for_account(name)
    for directory in (directory_of(name), elsewhere):
        if directory.exists():
            shutil.rmtree(directory)
    with suppress(OSError):
        # Those above it too, unless another environment or another clone has data there.
        elsewhere.parent.rmdir()
        elsewhere.parent.parent.rmdir()


def describe(environment: Environment, *, durable: bool = True) -> Embedded:
    """The servers of an environment, running or not."""
    passwords = credentials.ensure(environment)
    account = server_account()
    cluster = Cluster(
        name=environment.name,
        data=data_directory(environment.name, environment.directory, account),
        port=environment.postgres_port,
        account=account,
        directory=environment.directory,
        durable=durable,
    )
    localstack = LocalStack(
        environment=environment,
        port=ports.of(environment).localstack,
        secrets={
            "PIPELINE_DATABASE_HOST": environment.postgres_host,
            "PIPELINE_DATABASE_PORT": str(environment.postgres_port),
            "PIPELINE_DATABASE_NAME": environment.database,
            "PIPELINE_OWNER_PASSWORD": passwords.owner,
            "PIPELINE_WRITER_PASSWORD": passwords.writer,
            "PIPELINE_READER_PASSWORD": passwords.reader,
        },
    )
    return Embedded(cluster=cluster, localstack=localstack)


def servers(environment: Environment) -> list[ServerState]:
    """Both servers, in the order in which they are started."""
    return [
        ServerState(
            name=server.name,
            running=(process := server.find()) is not None,
            place=f"pid {process.pid}" if process else "-",
            log=str(server.log_file),
        )
        for server in describe(environment).servers()
    ]


def log(environment: Environment, service: str) -> FileLog:
    """The output of a server."""
    return FileLog(name=service, file=environment.directory / f"{service}.log")


def machine_address(environment: Environment) -> str:  # noqa: ARG001 - the same for all
    """Where functions find a server of this machine."""
    return LOOPBACK


def postgres(environment: Environment, *, durable: bool = True) -> DatabaseServer:
    """The environment's PostgreSQL alone, running or not."""
    return _database_server(environment, describe(environment, durable=durable).cluster)


def _database_server(environment: Environment, cluster: Cluster) -> DatabaseServer:
    def launch(passwords: Credentials) -> None:
        cluster.initialise(passwords.superuser)
        cluster.start(passwords.superuser)

    return DatabaseServer(environment=environment, launch=launch, halt=cluster.stop)


def _start_postgres(cluster: Cluster, environment: Environment, progress: Progress) -> None:
    ran = cluster.server.find() is not None
    new = not cluster.data.exists()
    _database_server(environment, cluster).start()
    verb = "runs already" if ran else "runs"
    data = f", its new data in {cluster.data}" if new else ""
    progress.step(f"PostgreSQL {verb} at {LOOPBACK}:{cluster.port}{data}")


def _start_localstack(localstack: LocalStack, progress: Progress) -> None:
    ran = localstack.server.find() is not None
    try:
        localstack.start()
    except TimeoutError:
        if not ran:
            raise
        progress.note("LocalStack runs but does not answer: it is started anew")
        localstack.stop()
        localstack.start()
        ran = False
    verb = "runs already" if ran else "runs"
    progress.step(f"LocalStack {verb} at {localstack.environment.endpoint}")


def _choose_ports(name: str, last: Environment | None) -> Ports:
    """Those of the servers that run, and free ones for the others."""
    if last is None:
        return ports.choose(name, None)
    runtime = describe(last)
    return ports.choose_again(
        name,
        ports.of(last),
        localstack_runs=runtime.localstack.server.find() is not None,
        postgres_runs=runtime.cluster.server.find() is not None,
    )
