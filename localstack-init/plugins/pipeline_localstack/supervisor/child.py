"""Starts the supervised command."""

import os
import resource
import signal
import sys

from pipeline_localstack.supervisor import linux
from pipeline_localstack.supervisor.launch import Launch

# Lambda's quota for file descriptors.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_OPEN_FILES = 1024
_COMMAND_NOT_STARTED = 127


def start(launch: Launch, output: int) -> int:
    """Fork and execute the command with its output going to the descriptor `output`."""
    lifeline, held = os.pipe()
    process = os.fork()
    if process:
        os.close(lifeline)
        return process
    try:
        os.close(held)
        _execute(launch, output, lifeline)
    except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
        os.write(output, f"The runtime could not be started: {error}\n".encode())
    finally:
        os._exit(_COMMAND_NOT_STARTED)


def _execute(launch: Launch, output: int, lifeline: int) -> None:
    os.setsid()
    nothing = os.open("/dev/null", os.O_RDONLY)
    for target, source in enumerate((nothing, output, output)):
        os.dup2(source, target)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o022)
    for number in (signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if launch.sandbox and launch.sandbox.owner:
        _become(*launch.sandbox.owner, output)
    if sys.platform == "linux":
        linux.gain_no_privileges()
        linux.die_with_parent(lifeline)
    os.chdir(launch.working_directory)
    os.execve(launch.command[0], launch.command, launch.environment)  # noqa: S606


def _become(user: int, group: int, output: int) -> None:
    # Opening /dev/stdout by name asks for permission on the pipe itself.
    os.fchown(output, user, group)
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
