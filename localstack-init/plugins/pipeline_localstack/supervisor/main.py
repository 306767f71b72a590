"""Entry point: `main(channel, output)` with two inherited file descriptors.

The first line on the channel is the `Launch`. With a sandbox this process forks once more: the
child is the first process of a new process namespace, so that the kernel ends everything in it when
the child ends, and the child ends when this process or the other side of the channel does.
"""

import json
import os
import socket
import sys

from pipeline_localstack.supervisor import child, isolation, linux
from pipeline_localstack.supervisor.launch import Launch
from pipeline_localstack.supervisor.watch import Watch

_NOT_ISOLATED = 70


def main(channel_descriptor: int, output: int) -> None:
    """Run one command to its end, under supervision."""
    channel = socket.socket(fileno=channel_descriptor)
    line, pending = _read_line(channel)
    launch = Launch.from_json(line)
    os.set_inheritable(channel_descriptor, False)
    os.set_inheritable(output, False)
    if launch.sandbox is None:
        _supervise(launch, channel, output, pending, alone=False)
        return
    try:
        isolation.enter_namespaces()
    except OSError as error:
        _refuse(channel, f"namespaces: {error.strerror}")
    lifeline, held = os.pipe()
    first = os.fork()
    if first:
        channel.close()
        os.close(output)
        _, status = os.waitpid(first, 0)
        sys.exit(os.waitstatus_to_exitcode(status) != 0)
    os.close(held)
    linux.die_with_parent(lifeline)
    try:
        isolation.build_root(launch.sandbox)
    except OSError as error:
        _refuse(channel, str(error))
    _supervise(launch, channel, output, pending, alone=True)
    # Nothing is left to clean up, and the namespace ends with this process.
    os._exit(0)


def _supervise(
    launch: Launch, channel: socket.socket, output: int, pending: bytes, *, alone: bool
) -> None:
    if not alone and linux.AVAILABLE:
        linux.adopt_orphans()
    process = child.start(launch, output)
    os.close(output)
    Watch(process, channel, launch.memory_limit, alone=alone, pending=pending).run()


def _refuse(channel: socket.socket, reason: str) -> None:
    channel.sendall(json.dumps({"event": "refused", "reason": reason}).encode() + b"\n")
    os._exit(_NOT_ISOLATED)


def _read_line(channel: socket.socket) -> tuple[str, bytes]:
    received = b""
    while b"\n" not in received:
        chunk = channel.recv(65536)
        if not chunk:
            os._exit(0)
        received += chunk
    line, _, pending = received.partition(b"\n")
    return line.decode(), pending
