"""An engine for `make test-docker` on a bare Debian: installed if need be, started, taken down.

It keeps everything below directories of its own, so that nothing of it is left afterwards but the
packages.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import psutil

from local import compose, debian_packages
from local.docker import EngineError, connect
from local.process import Server, is_alive
from local.progress import Progress
from local.setup_steps import ROOT
from local.state import write_json

_DATA: Final = Path("/var/lib/data-pipeline-engine")
# The path of a socket may have 107 bytes at most.
_RUN: Final = Path("/run/data-pipeline-engine")
_SOCKET: Final = f"unix://{_RUN}/docker.sock"
_SERVER: Final = Server(
    name="dockerd",
    signature=("dockerd", "--data-root", str(_DATA)),
    working_directory=_RUN,
    pid_file=_RUN / "server.pid",
    log_file=ROOT / "build" / "engine.log",
)
# The engine writes there whatever directories it is given.
_ELSEWHERE: Final = (
    *(Path("/etc/docker/key.json"), Path("/opt/containerd")),
    *(Path("/run/docker"), Path("/run/containerd")),
)
_RECORD: Final = _RUN / "machine.json"
_PATIENCE_SECONDS: Final = 60
_FORWARDING: Final = Path("/proc/sys/net/ipv4/ip_forward")
_EMPTY_TABLES: Final = {
    "filter": ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n",
    "nat": (
        ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
        ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
    ),
}
# The command line is in the first or in the second package, as the release has it. debootstrap
# makes the image that the others begin with, where no registry is reached. Compose is v1 or v2,
# as the release has it: of v1 it is only tested whether it accepts the file.
_PACKAGES: Final = (
    (("docker.io", "docker-cli", "iptables"), "dockerd"),
    (("debootstrap", "debian-archive-keyring"), "debootstrap"),
    (("docker-compose",), "docker-compose"),
)


@contextmanager
def available(progress: Progress) -> Iterator[None]:
    """An engine with Compose v2 that this process and its children find.

    The one that answers, else one that is started here and ended afterwards.

    Raises:
        EngineError: none can be had; the message says why.
    """
    try:
        connect()
    except EngineError as error:
        progress.note(f"An engine is set up: {error}")
    else:
        progress.note("An engine answers: it is used")
        _ensure_compose(progress)
        yield
        return
    debian_packages.require_root()
    for packages, program in _PACKAGES:
        debian_packages.install(*packages, unless=program)
    progress.step("Debian's packages of an engine are there")
    with _daemon(progress):
        _ensure_compose(progress)
        yield


@contextmanager
def _daemon(progress: Progress) -> Iterator[None]:
    _RUN.mkdir(parents=True, exist_ok=True)
    _SERVER.log_file.parent.mkdir(exist_ok=True)
    variables = {name: os.environ.get(name) for name in ("DOCKER_HOST", "DOCKER_CONFIG")}
    # A run that was killed left its engine, and what there was before it.
    before = _Machine.recorded() or _Machine.now()
    before.record()
    directories = ("--exec-root", str(_RUN / "exec"), "--pidfile", str(_RUN / "pid"))
    command = [*_SERVER.signature, *directories, "--host", _SOCKET]
    try:
        process = _SERVER.find() or _SERVER.start(command, os.environ)
        os.environ["DOCKER_HOST"] = _SOCKET
        _await(process)
        progress.step(f"Engine started, process {process.pid}")
        yield
    finally:
        _SERVER.stop(signal.SIGTERM, patience=_PATIENCE_SECONDS)
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        before.restore()
        progress.step("Engine stopped, with all it had")


def _await(process: psutil.Process) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with suppress(EngineError):
            connect()
            return
        if not is_alive(process) or time.monotonic() > deadline:
            raise EngineError(f"the engine does not start here:\n{_SERVER.last_words(5)}")
        time.sleep(0.3)


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """What the engine changes on the machine and leaves so: network settings, and paths."""

    forwarding: str
    rules: str
    paths: list[str]

    @classmethod
    def now(cls) -> Self:
        saved = subprocess.run(["iptables-save"], capture_output=True, text=True, check=False)
        # Tables that nobody used are not among those saved.
        missing = [
            f"*{table}\n{chains}COMMIT\n"
            for table, chains in _EMPTY_TABLES.items()
            if f"*{table}\n" not in saved.stdout
        ]
        return cls(
            forwarding=_FORWARDING.read_text(),
            rules=saved.stdout + "".join(missing),
            paths=[str(one) for one in _ELSEWHERE if one.exists()],
        )

    @classmethod
    def recorded(cls) -> Self | None:
        """What a run noted that was killed before it could restore it."""
        try:
            return cls(**json.loads(_RECORD.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def record(self) -> None:
        write_json(_RECORD, asdict(self))

    def restore(self) -> None:
        restore = ["iptables-restore"]
        subprocess.run(restore, input=self.rules, text=True, capture_output=True, check=False)
        _FORWARDING.write_text(self.forwarding)
        subprocess.run(["ip", "link", "delete", "docker0"], capture_output=True, check=False)
        for path in (*(one for one in _ELSEWHERE if str(one) not in self.paths), _DATA, _RUN):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _ensure_compose(progress: Progress) -> None:
    with suppress(EngineError):
        if compose.program().builds_with_secrets:
            return
    debian_packages.require_root()
    plugins = _RUN / "config" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    debian_packages.extract_compose(plugins, work=_RUN / "apt")
    os.environ["DOCKER_CONFIG"] = str(plugins.parent)
    compose.program.cache_clear()
    version = ".".join(map(str, compose.program().version))
    progress.step(f"Compose {version} of Debian {debian_packages.COMPOSE_SUITE} fetched")
