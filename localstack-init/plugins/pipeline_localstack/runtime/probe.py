"""Finds out whether the host allows sandboxes."""

import shutil
import sys
from pathlib import Path
from queue import Empty, Queue

from pipeline_localstack.runtime import layout
from pipeline_localstack.runtime.events import Event, Exited, Refused
from pipeline_localstack.runtime.process import RuntimeProcess
from pipeline_localstack.runtime.variables import function_environment

_SECONDS = 30.0
_MEMORY = 1024**3


def sandbox_obstacle(interpreter: layout.Interpreter, directory: Path) -> str | None:
    """Why functions cannot have a sandbox here; None when they can.

    Args:
        interpreter: the one to be tried out.
        directory: a path for a short-lived workspace, which must not exist.
    """
    if sys.platform != "linux":
        return f"{sys.platform} has no namespaces"
    code = directory / "code"
    code.mkdir(parents=True)
    workspace = layout.Workspace.create(directory / "workspace", code)
    environment = function_environment({}, {}, interpreter.name)
    launch = layout.sandboxed(
        interpreter, workspace, ("-c", "import awslambdaric"), environment, _MEMORY
    )
    events: Queue[Event] = Queue()
    process = RuntimeProcess(launch, events)
    try:
        event = events.get(timeout=_SECONDS)
    except Empty:
        return "the sandbox did not start"
    finally:
        process.kill()
        output = process.output.take()
        process.close()
        shutil.rmtree(directory, ignore_errors=True)
    match event:
        case Exited(status=0):
            return None
        case Refused(reason=reason):
            return reason
    return output.strip() or f"the interpreter did not run in it ({event})"
