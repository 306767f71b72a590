import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.process import Server, ServerExitedError, is_alive

WAITING = "import sys, time; print('started', flush=True); time.sleep(600)"
IGNORING = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITING}"
WITH_CHILD = (
    "import subprocess, sys, time;"
    f"subprocess.Popen([sys.executable, '-c', {WAITING!r}], start_new_session=True);"
    "print('started', flush=True); time.sleep(600)"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(
        name="Sleeper",
        signature=("--signature", "of this test"),
        working_directory=tmp_path,
        pid_file=tmp_path / "sleeper.pid",
        log_file=tmp_path / "sleeper.log",
    )
    yield made
    made.stop(signal.SIGKILL, patience=60)


def start(server: Server, code: str = WAITING) -> psutil.Process:
    command = [sys.executable, "-c", code, *server.signature]
    process = server.start(command, {"PATH": os.defpath})
    server.wait_until(
        process, lambda: None if "started" in server.last_words() else "words", patience=60
    )
    return process


def record(server: Server, pid: int) -> None:
    server.pid_file.write_text(json.dumps({"pid": pid}))


def test_a_started_server_is_found_by_another_command(server: Server) -> None:
    process = start(server)
    assert server.find() == process
    assert os.getsid(process.pid) == process.pid


def test_a_server_is_found_without_its_pid_file(server: Server) -> None:
    process = start(server)
    server.pid_file.unlink()
    assert server.find() == process


def test_a_damaged_pid_file_does_no_harm(server: Server) -> None:
    process = start(server)
    for content in ("", "{", '{"pid": "x"}', '{"pid": -1}', "[]"):
        server.pid_file.write_text(content)
        assert server.find() == process


def test_a_stranger_with_a_recycled_pid_is_never_touched(server: Server) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        record(server, stranger.pid)
        assert server.find() is None
        assert server.stop(signal.SIGKILL, patience=1) is False
        assert stranger.poll() is None
        assert not server.pid_file.exists()
    finally:
        stranger.kill()
        stranger.wait()


def test_the_same_program_of_another_environment_is_a_stranger(
    server: Server, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, "-c", WAITING, *server.signature]
    stranger = subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.DEVNULL)
    try:
        record(server, stranger.pid)
        assert server.find() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_stopping_ends_the_server_and_what_it_started(server: Server) -> None:
    process = start(server, WITH_CHILD)
    [child] = process.children()
    assert server.stop(signal.SIGTERM, patience=60) is True
    assert not is_alive(process)
    assert not is_alive(child)
    assert server.find() is None


def test_a_server_that_ignores_the_signal_is_killed(server: Server) -> None:
    process = start(server, IGNORING)
    assert server.stop(signal.SIGTERM, patience=0.2) is True
    assert not is_alive(process)


def test_a_zombie_does_not_count_as_running(server: Server) -> None:
    process = start(server)
    process.kill()
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert server.find() is None


def test_a_server_that_ends_while_starting_is_told_with_its_last_words(server: Server) -> None:
    command = [sys.executable, "-c", "print('no such port')", *server.signature]
    process = server.start(command, {})
    with pytest.raises(ServerExitedError, match="no such port"):
        server.wait_until(process, lambda: "not there", patience=60)


def test_a_server_that_is_never_ready_is_told_with_what_was_missing(server: Server) -> None:
    process = start(server)
    with pytest.raises(TimeoutError, match="its heart"):
        server.wait_until(process, lambda: "its heart", patience=0.2)
