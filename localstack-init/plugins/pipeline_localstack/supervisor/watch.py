"""Watches one process tree: its memory, its end, and the end of whoever asked for it.

Messages are JSON objects, one a line. The other side sends `{"command": …}` with `begin` (work
starts: watch the memory), `end` (work is over: say how much memory was used) or `kill`; closing the
channel means the same as `kill`. This side sends `{"event": "memory", "peak": bytes}` as the answer
to `end`, unless that was too much, and at last `{"event": "exited", "status": …, "peak": …,
"out_of_memory": …}` with a status as of waitpid(2).
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time

from pipeline_localstack.supervisor import memory

_SAMPLE_MILLISECONDS = 20 if sys.platform == "linux" else 250
_KILL_SECONDS = 5.0
_CHUNK = 4096


class Watch:
    """The loop of the supervisor.

    Args:
        process: the process to watch, a child of this one.
        channel: where commands come from and events go to.
        memory_limit: bytes of resident memory of the whole tree; None for no limit.
        alone: this process is the first of a process namespace, so its end ends all others.
        pending: what was already received from the channel.
    """

    def __init__(
        self,
        process: int,
        channel: socket.socket,
        memory_limit: int | None,
        *,
        alone: bool,
        pending: bytes = b"",
    ) -> None:
        self._process = process
        self._channel = channel
        self._limit = memory_limit
        self._alone = alone
        self._peak = 0
        self._working = True
        self._out_of_memory = False
        self._status: int | None = None
        self._pending = pending

    def run(self) -> None:
        """Return when the process has ended and nothing of its tree is left."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        # poll(2), because select(2) refuses descriptors above 1023, and the channel keeps the
        # number that it had in a process with many of them.
        poll = select.poll()
        poll.register(wake_read, select.POLLIN)
        poll.register(self._channel, select.POLLIN)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._reap()
        if not self._obey():
            self._kill_tree()
        while self._status is None:
            self._wait(poll, wake_read)
            if self._working and self._status is None:
                self._sample()
        self._kill_tree()
        self._tell(
            event="exited", status=self._status, peak=self._peak, out_of_memory=self._out_of_memory
        )

    def _wait(self, poll: select.poll, wake: int) -> None:
        """Sleep until a child ends, a command arrives or it is time to look at the memory."""
        ready = dict(poll.poll(_SAMPLE_MILLISECONDS if self._working else None))
        if wake in ready:
            os.read(wake, _CHUNK)
            self._reap()
        if self._channel.fileno() in ready and not (self._receive() and self._obey()):
            self._kill_tree()

    def _receive(self) -> bool:
        """Take what is on the channel; False when the other side is gone."""
        try:
            received = self._channel.recv(_CHUNK)
        except OSError:
            return False
        self._pending += received
        return bool(received)

    def _obey(self) -> bool:
        """Carry out the commands received; False when the tree shall end."""
        *lines, self._pending = self._pending.split(b"\n")
        return all(self._command(json.loads(line)) for line in lines)

    def _command(self, message: dict[str, str]) -> bool:
        command = message["command"]
        if command == "kill":
            return False
        self._working = command == "begin"
        if not self._working:
            self._sample()
            if not self._out_of_memory:
                self._tell(event="memory", peak=self._peak)
        return True

    def _sample(self) -> None:
        self._peak = max(self._peak, memory.memory_below(os.getpid()))
        if self._limit is not None and self._peak > self._limit:
            self._out_of_memory = True
            self._kill_tree()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    return
                if process == self._process:
                    self._status = status

    def _kill_tree(self) -> None:
        """Kill every descendant, those that detached themselves included, and wait for them."""
        give_up = time.monotonic() + _KILL_SECONDS
        while time.monotonic() < give_up:
            left = self._living()
            if not left:
                return
            for process in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.001)
            self._reap()

    def _living(self) -> list[int]:
        if self._alone and self._status is not None:
            return []
        return memory.descendants(os.getpid())

    def _tell(self, **event: object) -> None:
        with contextlib.suppress(OSError):
            self._channel.sendall(json.dumps(event).encode() + b"\n")
