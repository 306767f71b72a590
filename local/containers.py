"""The docker runtime: PostgreSQL and LocalStack as containers of a Compose project."""

from hashlib import sha256
from pathlib import Path
from typing import Final

import docker
from docker.models.containers import Container

from local import compose, credentials, images, ports
from local.database_server import DatabaseServer
from local.docker import ContainerLog, EngineError, Project, connect
from local.localstack import missing_in_services
from local.ports import LOOPBACK, Ports
from local.progress import Progress
from local.servers import ServerState
from local.setup_steps import ROOT
from local.state import Environment, directory_of, recorded

RUNTIME: Final = "docker"
_SERVICES: Final = {"postgres": "PostgreSQL", "localstack": "LocalStack"}


def start(name: str, progress: Progress, *, durable: bool = True) -> Environment:
    """Starts what does not run yet and waits until it serves.

    Args:
        name: the environment.
        progress: told of each step.
        durable: whether the database's data must survive a power cut.

    Raises:
        EngineError: no engine answers, an image can't be had, or a container did not start.
    """
    client = _connect()
    compose.program()
    images.ensure(client, progress)
    environment = ports.environment_at(name, RUNTIME, _choose_ports(name))
    environment.save()
    credentials.ensure(environment)
    for service, title in _SERVICES.items():
        before = project(name).running(service)
        if service == "postgres":
            postgres(environment, durable=durable).start()
        else:
            _up(environment, service, durable=durable)
        after = project(name).running(service)
        kept = before is not None and after is not None and before.id == after.id
        address = f"{LOOPBACK}:{environment.postgres_port}"
        at = address if service == "postgres" else environment.endpoint
        progress.step(f"{title} {'runs already' if kept else 'runs'} at {at}, in a container")
    if failures := missing_in_services(environment):
        raise EngineError(f"LocalStack runs, but {failures}")
    return environment


def stop(name: str, progress: Progress) -> bool:
    """Stops what runs and removes the containers; data stay. True when something ran."""
    if not _mark(name).exists():
        return False
    try:
        ours = project(name)
    except EngineError:
        return False  # where no engine runs, no container does
    stopped = [_SERVICES[one] for one in reversed(_SERVICES) if ours.stop(one)]
    ours.remove_network()
    if stopped:
        progress.step(f"{' and '.join(stopped)} stopped, their containers removed")
    return bool(stopped)


def remove(name: str) -> None:
    """Removes the data of a stopped environment.

    Raises:
        EngineError: no engine answers, so that the data can't be removed.
    """
    if not _mark(name).exists():
        return
    try:
        ours = project(name)
    except EngineError as error:
        raise EngineError(
            f"the data of {name!r} in the runtime docker are in a volume: {error}; start the "
            "engine to have them removed"
        ) from None
    ours.remove_volumes()
    _mark(name).unlink()


def servers(environment: Environment) -> list[ServerState]:
    """Both servers, in the order in which they are started; down when no engine answers."""
    try:
        ours = project(environment.name)
        found = {service: ours.running(service) for service in _SERVICES}
    except EngineError:
        found = dict.fromkeys(_SERVICES)
    return [
        ServerState(
            name=title,
            running=container is not None,
            place=f"container {container.name}" if container else "-",
            log=f"docker logs {container.name}" if container else "-",
        )
        for (service, title), container in zip(_SERVICES.items(), found.values(), strict=True)
    ]


def log(environment: Environment, service: str) -> ContainerLog:
    """The output of a server.

    Raises:
        EngineError: no engine answers.
    """
    return ContainerLog(name=service, project=project(environment.name))


def machine_address(environment: Environment) -> str:
    """Where functions find a server of this machine.

    Raises:
        EngineError: no engine answers.
    """
    return project(environment.name).gateway()


def postgres(environment: Environment, *, durable: bool = True) -> DatabaseServer:
    """The environment's PostgreSQL alone, running or not."""
    return DatabaseServer(
        environment=environment,
        launch=lambda _: _up(environment, "postgres", durable=durable),
        halt=lambda: project(environment.name).stop("postgres"),
    )


def _connect() -> docker.DockerClient:
    try:
        return connect()
    except EngineError as error:
        raise EngineError(f"{error}; start it, or run `RUNTIME=embedded make up`") from None


def _mark(name: str) -> Path:
    """A file that says that the engine has, or had, something of the environment."""
    return directory_of(name) / "containers"


def _up(environment: Environment, service: str, *, durable: bool) -> None:
    _mark(environment.name).touch()
    ours = project(environment.name)
    durability = _durability(ours.running("postgres"), durable=durable)
    values = images.settings(environment.credentials(), ports.of(environment))
    variables = values | {"POSTGRES_DURABLE": durability}
    up = ["up", "--detach", "--no-build", "--no-deps", service]
    compose.run(up, variables, project=ours.name, files=[compose.FILE])
    ours.await_health(service)


def _durability(postgres: Container | None, *, durable: bool) -> str:
    """What one that runs was started with: another value would have Compose replace it."""
    if postgres is None:
        return "on" if durable else "off"
    return "off" if "-cfsync=off" in postgres.attrs["Config"]["Cmd"] else "on"


def project(name: str) -> Project:
    """What the engine has of an environment. Each clone of the project has its own.

    Raises:
        EngineError: no engine answers.
    """
    clone = sha256(str(ROOT).encode()).hexdigest()[:8]
    return Project(name=f"data-pipeline-{clone}-{name}", client=connect())


def _choose_ports(name: str) -> Ports:
    """Those of the containers that run, and free ones for the others."""
    last = recorded(name)
    if last is None:
        return ports.choose(name, None)
    ours = project(name)
    return ports.choose_again(
        name,
        ports.of(last),
        localstack_runs=ours.running("localstack") is not None,
        postgres_runs=ours.running("postgres") is not None,
    )
