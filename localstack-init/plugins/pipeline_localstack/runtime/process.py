"""A runtime as a supervised operating-system process."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue

from pipeline_localstack.runtime.events import Event, Exited, MemoryUsed, Refused
from pipeline_localstack.runtime.output import Output
from pipeline_localstack.supervisor.launch import Launch

_PACKAGE_ROOT = Path(__file__).parents[2]
_SUPERVISE = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from pipeline_localstack.supervisor.main import main; "
    "main(int(sys.argv[2]), int(sys.argv[3]))"
)
_END_SECONDS = 10.0
_CHUNK = 65536


class RuntimeProcess:
    """Starts the command at once; events arrive in `events`, in order.

    Args:
        launch: what to run.
        events: where to put what happens to the process.
    """

    def __init__(self, launch: Launch, events: Queue[Event]) -> None:
        self.output = Output()
        self._events = events
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._supervisor = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", "-c", _SUPERVISE, str(_PACKAGE_ROOT)),
                    *(str(theirs.fileno()), str(self.output.descriptor)),
                ],
                env={},
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), self.output.descriptor),
                start_new_session=True,
            )
        self.output.close_descriptor()
        self._channel.sendall(launch.to_json().encode() + b"\n")
        self._listener = threading.Thread(target=self._listen, name="lambda-process", daemon=True)
        self._listener.start()

    @property
    def supervisor(self) -> int:
        """The id of the supervising process."""
        return self._supervisor.pid

    def begin(self) -> None:
        """Tell that work starts: from here on the memory is watched."""
        self._send("begin")

    def end(self) -> None:
        """Tell that work is over; a `MemoryUsed` event follows."""
        self._send("end")

    def kill(self) -> None:
        """End the whole process tree and wait for it. The output can still be taken."""
        self._send("kill")
        try:
            self._supervisor.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._supervisor.pid, signal.SIGKILL)
            self._supervisor.wait()
        self._listener.join()

    def close(self) -> None:
        """Kill what is left and free everything."""
        self.kill()
        self._channel.close()
        self.output.close()

    def _send(self, command: str) -> None:
        # A supervisor that is gone has said so, or says so by the end of the channel.
        with contextlib.suppress(OSError):
            self._channel.sendall(json.dumps({"command": command}).encode() + b"\n")

    def _listen(self) -> None:
        pending = b""
        finished = False
        while chunk := self._receive():
            pending += chunk
            *lines, pending = pending.split(b"\n")
            for line in lines:
                event = _event(json.loads(line))
                finished = finished or isinstance(event, Exited | Refused)
                self._events.put(event)
        if not finished:
            self._events.put(Exited(status=signal.SIGKILL))

    def _receive(self) -> bytes:
        with contextlib.suppress(OSError):
            return self._channel.recv(_CHUNK)
        return b""


def drain(events: Queue[Event]) -> None:
    """Forget all events of a process that is gone."""
    with contextlib.suppress(Empty):
        while True:
            events.get_nowait()


def _event(message: dict[str, object]) -> Event:
    match message:
        case {"event": "memory", "peak": int(peak)}:
            return MemoryUsed(peak=peak)
        case {"event": "refused", "reason": str(reason)}:
            return Refused(reason=reason)
        case {"event": "exited", "status": int(status), "peak": int(peak), **rest}:
            return Exited(status=status, peak=peak, out_of_memory=bool(rest["out_of_memory"]))
    raise ValueError(f"The supervisor sent something unknown: {message}")
