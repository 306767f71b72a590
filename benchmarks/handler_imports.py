"""How long each function's handler takes to import, beside the libraries that it can't do without.

Each import happens in a process of its own. The libraries are the very modules that the handler
brought in and that are neither this project's nor Python's own, imported in the same order by a
process that imports nothing of the project.
"""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from local.setup_steps import ROOT, tool_environment

HANDLERS: Final = (
    "data_pipeline.analytics.handler",
    "data_pipeline.jobs.handler",
    "data_pipeline.jobs.runner",
    "data_pipeline.ingestion.handler",
    "data_pipeline.replay.handler",
    "data_pipeline.migrator.handler",
)

# Prints the seconds, and the libraries' modules in the order in which they came.
_PROGRAM: Final = """
import sys, time
before = set(sys.modules)
names = sys.argv[1:]
began = time.perf_counter()
for name in names:
    __import__(name)
seconds = time.perf_counter() - began
import json
mine = sys.stdlib_module_names | {"data_pipeline"}
libraries = [n for n in sys.modules if n not in before and n.partition(".")[0] not in mine]
print(json.dumps([seconds, libraries]))
"""


@dataclass(frozen=True, kw_only=True)
class HandlerImport:
    """Seconds of a handler's import and of its libraries' alone, and what these are."""

    handler: str
    seconds: float
    libraries_seconds: float
    libraries: tuple[str, ...]

    @property
    def ratio(self) -> float:
        """How many times its libraries' import the handler's takes."""
        return self.seconds / self.libraries_seconds


def measure(handler: str, runs: int) -> HandlerImport:
    """Imports a handler and its libraries in turn; the medians."""
    _, libraries = _import([handler])  # also writes the bytecode
    own, alone = [], []
    for _ in range(runs):
        own.append(_import([handler])[0])
        alone.append(_import(libraries)[0])
    packages = dict.fromkeys(name.partition(".")[0] for name in libraries)
    return HandlerImport(
        handler=handler,
        seconds=statistics.median(own),
        libraries_seconds=statistics.median(alone),
        libraries=tuple(name for name in packages if not name.startswith("_")),
    )


def _import(names: list[str]) -> tuple[float, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *names],
        cwd=ROOT,
        env=tool_environment() | {"POWERTOOLS_SERVICE_NAME": "benchmark"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, libraries = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), list(libraries)
