"""An engine for `make test-docker` on a bare Debian: installed if need be, started, taken down.

It keeps everything below directories of its own, so that nothing of it is left afterwards but the
packages.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from local import compose
from local.docker import EngineError, connect
from local.progress import Progress
from local.setup_steps import ROOT

_DATA: Final = Path("/var/lib/data-pipeline-engine")
# The path of a socket may have 107 bytes at most.
_RUN: Final = Path("/run/data-pipeline-engine")
_LOG: Final = ROOT / "build" / "engine.log"
_PATIENCE_SECONDS: Final = 60
_FORWARDING: Final = Path("/proc/sys/net/ipv4/ip_forward")
_EMPTY_TABLES: Final = {
    "filter": ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n",
    "nat": (
        ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
        ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
    ),
}
# The first release whose Compose is v2; its program runs on older ones too.
_COMPOSE_SUITE: Final = "trixie"
_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"


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
        progress.note(str(error).capitalize())
    else:
        progress.note("An engine answers: it is used")
        _ensure_compose(progress)
        yield
        return
    _require_root()
    _install("docker.io", "docker-cli", "iptables", unless="dockerd")
    with _daemon(progress):
        _ensure_compose(progress)
        yield


@contextmanager
def _daemon(progress: Progress) -> Iterator[None]:
    _RUN.mkdir(parents=True, exist_ok=True)
    _LOG.parent.mkdir(exist_ok=True)
    socket = f"unix://{_RUN}/docker.sock"
    before = {name: os.environ.get(name) for name in ("DOCKER_HOST", "DOCKER_CONFIG")}
    network = _Network.now()
    with _LOG.open("wb") as log:
        daemon = subprocess.Popen(
            [
                *("dockerd", "--data-root", str(_DATA), "--exec-root", str(_RUN / "exec")),
                *("--pidfile", str(_RUN / "pid"), "--host", socket),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # An interrupt of the tests must not end the engine before they are taken down.
            start_new_session=True,
        )
    os.environ["DOCKER_HOST"] = socket
    try:
        _await(daemon)
        progress.step(f"Engine started, process {daemon.pid}")
        yield
    finally:
        daemon.terminate()
        daemon.wait()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        network.restore()
        for directory in (_DATA, _RUN):
            shutil.rmtree(directory, ignore_errors=True)
        progress.step("Engine stopped, with all it had")


def _await(daemon: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with suppress(EngineError):
            connect()
            return
        if daemon.poll() is not None or time.monotonic() > deadline:
            said = _LOG.read_text(errors="replace").splitlines()[-5:]
            raise EngineError("the engine does not start here:\n" + "\n".join(said))
        time.sleep(0.3)


@dataclass(frozen=True, kw_only=True)
class _Network:
    """What the engine changes in the machine's network and leaves so."""

    forwarding: str
    rules: str

    @classmethod
    def now(cls) -> Self:
        saved = subprocess.run(["iptables-save"], capture_output=True, text=True, check=False)
        # Tables that nobody used are not among those saved.
        missing = [
            f"*{table}\n{chains}COMMIT\n"
            for table, chains in _EMPTY_TABLES.items()
            if f"*{table}\n" not in saved.stdout
        ]
        return cls(forwarding=_FORWARDING.read_text(), rules=saved.stdout + "".join(missing))

    def restore(self) -> None:
        restore = ["iptables-restore"]
        subprocess.run(restore, input=self.rules, text=True, capture_output=True, check=False)
        _FORWARDING.write_text(self.forwarding)
        subprocess.run(["ip", "link", "delete", "docker0"], capture_output=True, check=False)


def _ensure_compose(progress: Progress) -> None:
    with suppress(EngineError):
        if compose.program().builds_with_secrets:
            return
    _require_root()
    plugins = _RUN / "config" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    _download_compose(plugins)
    os.environ["DOCKER_CONFIG"] = str(plugins.parent)
    compose.program.cache_clear()
    version = ".".join(map(str, compose.program().version))
    progress.step(f"Compose {version} of Debian {_COMPOSE_SUITE} fetched")


def _download_compose(plugins: Path) -> None:
    """Compose v2 out of its package: not installed, because older releases have v1 by that name."""
    work = _RUN / "apt"
    (work / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    sources = work / "sources.list"
    sources.write_text(
        f"deb [signed-by={_KEYRING}] http://deb.debian.org/debian {_COMPOSE_SUITE} main\n"
    )
    options = [
        f"-oDir::Etc::sourcelist={sources}",
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State::lists={work / 'lists'}",
        # Else apt downloads as a user who may not write here.
        "-oAPT::Sandbox::User=root",
    ]
    _run(["apt-get", "--quiet", *options, "update"])
    _run(["apt-get", "--quiet", *options, "download", "docker-compose"], directory=work)
    [package] = work.glob("docker-compose_*.deb")
    _run(["dpkg-deb", "--extract", str(package), str(work / "package")])
    for program in (work / "package/usr/libexec/docker/cli-plugins").iterdir():
        shutil.copy(program, plugins)


def _require_root() -> None:
    if os.geteuid() != 0:
        raise EngineError("only root can install and start one")
    if shutil.which("apt-get") is None:
        raise EngineError("this is not Debian: install Docker with Compose v2 and start it")


def _install(*packages: str, unless: str) -> None:
    """Installs those of the packages that this release of Debian has."""
    if shutil.which(unless):
        return
    _run(["apt-get", "--quiet", "update"])
    known = [name for name in packages if _is_known(name)]
    _run(["apt-get", "--quiet", "--yes", "--no-install-recommends", "install", *known])


def _is_known(package: str) -> bool:
    shown = subprocess.run(
        ["apt-cache", "--quiet=0", "show", "--no-all-versions", package],
        capture_output=True,
        check=False,
    )
    return shown.returncode == 0 and bool(shown.stdout.strip())


def _run(command: list[str], *, directory: Path = ROOT) -> None:
    done = subprocess.run(
        command,
        cwd=directory,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-5:])
        raise EngineError(f"`{' '.join(command[:2])}` failed:\n{tail}")
