import itertools
import socket
import subprocess
import time
import uuid
from typing import Any

environment = uuid.uuid4().hex
calls = itertools.count(1)


def handle(event: Any, _context: Any) -> Any:
    """Sleep, and tell which environment this is."""
    print("waiting")
    time.sleep(event["seconds"])
    return {"environment": environment, "calls": next(calls)}


def meet(event: Any, _context: Any) -> Any:
    """Wait until the other side, which everybody in this test talks to, lets go."""
    with socket.create_connection((event["host"], event["port"]), timeout=60) as connection:
        connection.recv(1)
    return environment


def leave_children(event: Any, _context: Any) -> Any:
    """Start processes that detach themselves."""
    for _ in range(2):
        subprocess.Popen(["/bin/sh", "-c", "sleep 300; exit 0"], start_new_session=True)
    time.sleep(event.get("seconds", 0))
