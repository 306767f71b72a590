"""Server processes that outlive the command that started them, and are found again by the next.

A process is recognised by its signature in the command line and its working directory, never by
its pid alone: after a reboot the pid may be that of a stranger, which must not be touched.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psutil

from local.state import write_json

_KEPT_LOG_BYTES = 10 * 1024 * 1024


class ServerExitedError(RuntimeError):
    """The server ended by itself while it was awaited; the message ends with its last words."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The operating system's user a server runs as."""

    name: str
    uid: int
    gid: int


class RunAs(TypedDict, total=False):
    """The arguments of `subprocess` that start a program as another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, kw_only=True)
class Server:
    """One server process: how it is recognised, and where its pid and its output are kept.

    Attributes:
        signature: the arguments that no other program has; they stay the same when the settings
            in the rest of the command change.
        working_directory: where it runs; no other server with that signature runs there.
    """

    name: str
    signature: tuple[str, ...]
    working_directory: Path
    pid_file: Path
    log_file: Path

    def start(
        self, command: Sequence[str], variables: Mapping[str, str], account: Account | None = None
    ) -> psutil.Process:
        """Starts the process in a session of its own, its output appended to the log file.

        Args:
            command: has the signature among its arguments.
            variables: its whole environment.
            account: the user it runs as; None for the current one.
        """
        _rotate(self.log_file)
        with self.log_file.open("ab") as log:
            child = subprocess.Popen(
                command,
                cwd=self.working_directory,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **run_as(account),
            )
        write_json(self.pid_file, {"pid": child.pid})
        # Nobody waits for it here: silences the warning when this object goes away.
        child.returncode = 0
        return psutil.Process(child.pid)

    def find(self) -> psutil.Process | None:
        """The running process, by its pid file or else by looking at every process.

        The search covers a start that was interrupted before it wrote the file.
        """
        recorded = _recorded_pid(self.pid_file)
        if recorded is not None and (process := _process(recorded)) and self._is(process):
            return process
        return next(filter(self._is, psutil.process_iter()), None)

    def stop(self, how: signal.Signals, *, patience: float) -> bool:
        """Stops the process and everything it started; True when there was one.

        Args:
            how: the signal that asks it to end.
            patience: seconds it may take before it is killed.
        """
        process = self.find()
        if process is not None:
            family = _descendants(process)
            with suppress(psutil.NoSuchProcess):
                process.send_signal(how)
            if not _gone([process], patience):
                kill([process])
            kill(one for one in family if is_alive(one))
        self.pid_file.unlink(missing_ok=True)
        return process is not None

    def last_words(self, lines: int = 15) -> str:
        """The end of the log."""
        if not self.log_file.is_file():
            return ""
        with self.log_file.open("rb") as log:
            log.seek(max(0, self.log_file.stat().st_size - 16_384))
            text = log.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_until(
        self, process: psutil.Process, ready: Callable[[], str | None], *, patience: float
    ) -> None:
        """Asks until the server is ready.

        Args:
            process: what `start` or `find` returned.
            ready: None when it is, else what is still missing.
            patience: seconds.

        Raises:
            ServerExitedError: the process ended instead.
            TimeoutError: it was not ready in time; names what was missing.
        """
        deadline = time.monotonic() + patience
        while (missing := ready()) is not None:
            if not is_alive(process):
                raise ServerExitedError(f"{self.name} ended while starting:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{self.name} was not ready within {patience:.0f} s ({missing}); "
                    f"its log {self.log_file} ends:\n{self.last_words()}"
                )
            time.sleep(0.1)

    def _is(self, process: psutil.Process) -> bool:
        try:
            return (
                _contains(process.cmdline(), self.signature)
                and Path(process.cwd()) == self.working_directory.resolve()
                and is_alive(process)
            )
        except (psutil.Error, OSError):
            return False


def _contains(command: Sequence[str], signature: tuple[str, ...]) -> bool:
    length = len(signature)
    return any(
        tuple(command[start : start + length]) == signature
        for start in range(len(command) - length + 1)
    )


def run_as(account: Account | None) -> RunAs:
    """How a program is started as that user, or as the current one when there is none."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs. A zombie, which only waits for its parent, does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill(processes: Iterable[psutil.Process], *, patience: float = 10) -> None:
    """Kills the processes and waits until they are gone, or for `patience` seconds."""
    victims = list(processes)
    for process in victims:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _gone(victims, patience)


def _gone(processes: Sequence[psutil.Process], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while any(is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    for process in processes:
        _reap(process.pid)
    return True


def _reap(pid: int) -> None:
    """Frees the process table's entry if the process was started by this very command."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except (psutil.NoSuchProcess, ValueError):
        return None


def _recorded_pid(file: Path) -> int | None:
    try:
        return int(json.loads(file.read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _rotate(log: Path) -> None:
    if log.is_file() and log.stat().st_size > _KEPT_LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
