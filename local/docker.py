"""The container engine: whether it answers, and what it has of one project.

Containers, networks and volumes are found by the labels that Compose gives them, never by name.
"""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import docker
from docker.errors import DockerException, NotFound
from docker.models.containers import Container
from requests import RequestException

_PROJECT: Final = "com.docker.compose.project"
_SERVICE: Final = "com.docker.compose.service"
_TIMEOUT_SECONDS: Final = 60
_PATIENCE_SECONDS: Final = 180
_REASONS: Final[Mapping[type[BaseException], str]] = {
    FileNotFoundError: "there is no such socket",
    ConnectionRefusedError: "nothing listens there",
    PermissionError: "this user may not use it (is it in the group docker?)",
    TimeoutError: f"nothing was said within {_TIMEOUT_SECONDS} s",
    socket.gaierror: "there is no such host",
}


class EngineError(RuntimeError):
    """The container engine can't do what is asked; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the engine has of one Compose project."""

    name: str
    client: docker.DockerClient = field(repr=False)

    def containers(self, service: str | None = None) -> list[Container]:
        """The project's containers, or those of one service, running or not."""
        labels = [f"{_PROJECT}={self.name}"]
        if service is not None:
            labels.append(f"{_SERVICE}={service}")
        found: list[Container] = self.client.containers.list(all=True, filters={"label": labels})
        return found

    def running(self, service: str) -> Container | None:
        """The service's container when it runs."""
        return next((c for c in self.containers(service) if c.status == "running"), None)

    def stop(self, service: str) -> bool:
        """Stops and removes the service's container; True when it ran."""
        ran = False
        for container in self.containers(service):
            # Also one that the engine is just about to restart.
            ran |= container.status in ("running", "restarting", "paused")
            container.stop()
            container.remove()
        return ran

    def gateway(self) -> str:
        """The address at which the project's containers find this machine."""
        label = f"{_PROJECT}={self.name}"
        [network] = self.client.networks.list(filters={"label": label})
        return str(network.attrs["IPAM"]["Config"][0]["Gateway"])

    def remove_network(self) -> None:
        """Removes the project's network, which no container may be in any more."""
        for network in self.client.networks.list(filters={"label": f"{_PROJECT}={self.name}"}):
            network.remove()

    def remove_volumes(self) -> None:
        """Removes the project's volumes, and the data in them."""
        for volume in self.client.volumes.list(filters={"label": f"{_PROJECT}={self.name}"}):
            volume.remove()

    def await_health(self, service: str) -> None:
        """Waits until the service's health check passes.

        Raises:
            EngineError: it failed, or did not pass in time; with what the check and the server
                said last.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            state, said = self._health(service)
            if state == "healthy":
                return
            if state in ("unhealthy", "gone") or time.monotonic() > deadline:
                words = "\n".join(self.last_words(service))
                raise EngineError(f"the container of {service} is {state}: {said}\n{words}")
            time.sleep(0.3)

    def last_words(self, service: str, lines: int = 15) -> list[str]:
        """The end of the service's log."""
        return [
            line
            for container in self.containers(service)
            for line in _lines(container.logs(tail=lines))
        ]

    def _health(self, service: str) -> tuple[str, str]:
        try:
            [container] = self.containers(service)
        except ValueError:
            return "gone", ""
        state: dict[str, Any] = container.attrs["State"]
        health: dict[str, Any] = state.get("Health") or {}
        last = (health.get("Log") or [{}])[-1]
        return health.get("Status", state["Status"]), str(last.get("Output", "")).strip()


@dataclass(kw_only=True)
class ContainerLog:
    """The output of a service's container."""

    name: str
    project: Project
    _since: float = field(default_factory=time.time)

    def newest(self, lines: int) -> list[str]:
        """Its last lines."""
        self._since = time.time()
        return self.project.last_words(self.name, lines)

    def new(self) -> list[str]:
        """What was written since the last look."""
        since, self._since = self._since, time.time()
        return [
            line
            for container in self.project.containers(self.name)
            for line in _lines(container.logs(since=since, until=self._since))
        ]


def connect() -> docker.DockerClient:
    """A client of the engine that `docker` on the command line would use.

    Raises:
        EngineError: none answers.
    """
    address = _address()
    try:
        client = docker.DockerClient(base_url=address, version="auto", timeout=_TIMEOUT_SECONDS)
        client.ping()
    except (DockerException, RequestException) as error:
        raise EngineError(f"no container engine answers at {address}: {_reason(error)}") from None
    return client


def has_image(client: docker.DockerClient, image: str) -> bool:
    """Whether the engine has the image already."""
    try:
        client.images.get(image)
    except NotFound:
        return False
    return True


def _address() -> str:
    """`DOCKER_HOST`, else that of the current context.

    Raises:
        EngineError: the current context is not there.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return host
    try:
        context = docker.ContextAPI.get_current_context()
    except DockerException as error:
        raise EngineError(f"Docker's current context can't be read: {error}") from None
    if context is None:
        raise EngineError("Docker's current context is not there: `docker context use default`")
    return str(context.Host)


def _reason(error: BaseException) -> str:
    """In a few words what the machine said, which the SDK and its libraries wrap up."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause) in _REASONS:
            return _REASONS[type(cause)]
        cause = cause.__cause__ or cause.__context__
    return str(error).partition("\n")[0]


def _lines(content: bytes | Iterator[bytes]) -> list[str]:
    whole = content if isinstance(content, bytes) else b"".join(content)
    return whole.decode("utf-8", "replace").splitlines()
