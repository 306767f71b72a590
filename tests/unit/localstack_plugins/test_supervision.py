"""A supervised process: how it ends, what it may use, and that nothing is left of it."""

import os
import resource
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.setup_steps import ROOT
from pipeline_localstack.runtime.events import Exited, MemoryUsed
from tests.unit.localstack_plugins.conftest import INTERPRETER, Supervise

MIB = 1024 * 1024
PATIENCE_SECONDS = 60


def processes_with(marker: str) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if marker in (process.info["cmdline"] or [])
    ]


def wait_for(marker: str, count: int) -> list[int]:
    """The processes with the marker among their arguments, once there are so many."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found := processes_with(marker)) != count:
        assert time.monotonic() < deadline, f"{found} instead of {count} processes"
        time.sleep(0.02)
    return found


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(7)", 7),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV),
        ("import os; os.abort()", -signal.SIGABRT),
    ],
)
def test_end_is_told_with_its_status(supervise: Supervise, source: str, code: int) -> None:
    event = supervise(source).events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
    assert os.waitstatus_to_exitcode(event.status) == code
    assert not event.out_of_memory


def test_output_and_errors_are_collected_in_order(supervise: Supervise) -> None:
    source = "import sys; print('one', flush=True); print('two', file=sys.stderr); print('three')"
    supervised = supervise(source)
    supervised.events.get(timeout=PATIENCE_SECONDS)
    assert supervised.process.output.take() == "one\ntwo\nthree\n"


def test_process_has_only_the_variables_it_was_given(
    supervise: Supervise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/of/the/host")
    supervised = supervise("import os; print(sorted(os.environ))", OWN="value")
    supervised.events.get(timeout=PATIENCE_SECONDS)
    names = supervised.process.output.take()
    assert "OWN" in names
    assert "SSL_CERT_FILE" not in names


def test_standard_output_can_be_opened_by_name(supervise: Supervise) -> None:
    supervised = supervise("open('/dev/stdout', 'w').write('by name')")
    supervised.events.get(timeout=PATIENCE_SECONDS)
    assert supervised.process.output.take() == "by name"


def test_temporary_files_are_in_the_directory_of_the_environment(supervise: Supervise) -> None:
    supervised = supervise(
        "import tempfile, pathlib; pathlib.Path(tempfile.gettempdir(), 'kept').write_text('')"
    )
    supervised.events.get(timeout=PATIENCE_SECONDS)
    assert [file.name for file in supervised.scratch.iterdir()] == ["kept"]


def test_process_above_its_memory_is_killed(supervise: Supervise) -> None:
    source = "kept = b'x' * (300 * 2**20); import time; time.sleep(60)"
    event = supervise(source, memory=128 * MIB).events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
    assert event.out_of_memory
    assert event.peak > 128 * MIB


def test_process_that_had_too_much_memory_between_two_looks_is_killed(
    supervise: Supervise,
) -> None:
    source = (
        "import pathlib, tempfile, time\n"
        "while not pathlib.Path(tempfile.gettempdir(), 'grow').exists():\n"
        "    time.sleep(0.01)\n"
        "kept = b'x' * (300 * 2**20)\n"
        "del kept\n"
        "print('.', flush=True)\n"
        "time.sleep(300)"
    )
    supervised = supervise(source, memory=128 * MIB)
    supervised.process.end()  # nobody looks until the next end
    assert isinstance(supervised.events.get(timeout=PATIENCE_SECONDS), MemoryUsed)
    (supervised.scratch / "grow").touch()
    while not supervised.process.output.take():
        time.sleep(0.01)
    supervised.process.end()
    event = supervised.events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
    assert event.out_of_memory


def test_memory_of_children_counts(supervise: Supervise) -> None:
    child = "kept = b'x' * (80 * 2**20); import time; time.sleep(60)"
    source = (
        "import subprocess, sys\n"
        f"both = [subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in range(2)]\n"
        "both[0].wait()"
    )
    event = supervise(source, memory=128 * MIB).events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
    assert event.out_of_memory


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Leaves no descriptor below 1024 free, as a process has it that runs many functions."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2048), before[1]))
    taken: list[int] = []
    try:
        while not taken or taken[-1] < 1024:
            taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_descriptors")
def test_process_is_watched_whatever_the_number_of_its_channel(supervise: Supervise) -> None:
    event = supervise("raise SystemExit(7)").events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
    assert os.waitstatus_to_exitcode(event.status) == 7


@pytest.mark.usefixtures("on_linux")
def test_memory_shared_by_forks_counts_once(supervise: Supervise) -> None:
    source = (
        "import os, time\n"
        "kept = b'x' * (80 * 2**20)\n"
        "children = [os.fork() for _ in range(2)]\n"
        "time.sleep(1)"
    )
    event = supervise(source, memory=256 * MIB).events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
    assert not event.out_of_memory


def test_used_memory_is_told_on_demand(supervise: Supervise) -> None:
    supervised = supervise(
        "kept = b'x' * (50 * 2**20); print('.', flush=True); import time; time.sleep(60)"
    )
    while not supervised.process.output.take():
        time.sleep(0.01)
    supervised.process.end()
    event = supervised.events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, MemoryUsed)
    assert 50 * MIB < event.peak < 150 * MIB


def test_kill_ends_detached_descendants_too(supervise: Supervise) -> None:
    marker = f"marker-{uuid.uuid4().hex}"
    detached = f"['/bin/sh', '-c', 'sleep 300; true', '{marker}']"
    source = (
        "import subprocess, os\n"
        f"subprocess.Popen({detached}, start_new_session=True)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        os.execv('/bin/sh', {detached})\n"
        "    os._exit(0)\n"
        "import time; time.sleep(300)\n"
    )
    supervised = supervise(source)
    wait_for(marker, 2)
    supervised.process.kill()
    assert processes_with(marker) == []


def test_descendants_end_with_the_process(supervise: Supervise) -> None:
    marker = f"marker-{uuid.uuid4().hex}"
    detached = f"['/bin/sh', '-c', 'sleep 300; true', '{marker}']"
    supervised = supervise(
        f"import subprocess; subprocess.Popen({detached}, start_new_session=True)"
    )
    assert isinstance(supervised.events.get(timeout=PATIENCE_SECONDS), Exited)
    wait_for(marker, 0)


_OWNER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from queue import Queue
from pipeline_localstack.runtime import layout
from pipeline_localstack.runtime.process import RuntimeProcess
make, interpreter, directory, marker = sys.argv[2:]
code = Path(directory, "code")
code.mkdir()
workspace = layout.Workspace.create(Path(directory, "workspace"), code)
source = (
    "import subprocess, time; subprocess.Popen(['/bin/sh', '-c', 'sleep 300; true', '%s'], "
    "start_new_session=True); time.sleep(300)" % marker
)
launch = getattr(layout, make)(
    layout.Interpreter.of(interpreter),
    workspace,
    ("-c", source, marker),
    {"LD_LIBRARY_PATH": "/var/lang/lib"},
    2**30,
)
process = RuntimeProcess(launch, Queue())
sys.stdin.read()
"""


@pytest.mark.parametrize("make", ["sandboxed", "plain"])
def test_nothing_is_left_when_the_owner_is_killed(
    make: str, sandbox: str | None, tmp_path: Path
) -> None:
    if make == "sandboxed" and sandbox is not None:
        pytest.skip(f"This system allows no sandbox: {sandbox}")
    marker = f"marker-{uuid.uuid4().hex}"
    arguments = [
        str(ROOT / "localstack-init" / "plugins"),
        make,
        INTERPRETER,
        str(tmp_path),
        marker,
    ]
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, *arguments], stdin=subprocess.PIPE
    ) as owner:
        # The owner, the supervised process and its detached child name the marker.
        wait_for(marker, 3)
        supervisors = psutil.Process(owner.pid).children(recursive=True)
        owner.kill()
    wait_for(marker, 0)
    assert psutil.wait_procs(supervisors, timeout=PATIENCE_SECONDS)[1] == []


_LATE = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from pipeline_localstack.supervisor import linux
parent = os.getpid()
lifeline, held = os.pipe()
if os.fork():
    os._exit(0)
os.close(held)
while os.getppid() == parent:
    time.sleep(0.01)
linux.die_with_parent(lifeline)
print("alive")
"""


@pytest.mark.usefixtures("on_linux")
def test_process_ends_that_comes_too_late_to_hear_of_its_parents_end() -> None:
    plugins = str(ROOT / "localstack-init" / "plugins")
    done = subprocess.run(
        [sys.executable, "-c", _LATE, plugins],
        capture_output=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stdout == b""


@pytest.mark.usefixtures("on_linux")
def test_process_ends_when_its_supervisor_is_killed(supervise: Supervise) -> None:
    supervised = supervise("import time; time.sleep(300)")
    supervisor = psutil.Process(supervised.process.supervisor)
    while not (tree := supervisor.children(recursive=True)):
        time.sleep(0.01)
    supervisor.kill()
    assert psutil.wait_procs(tree, timeout=PATIENCE_SECONDS)[1] == []
    event = supervised.events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Exited)
