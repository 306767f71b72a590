import subprocess
import sys
from pathlib import Path

import pytest

from local import interpreter, node, setup_steps
from local.setup_steps import SetupError


@pytest.fixture(autouse=True)
def scratch_toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup_steps, "ROOT", tmp_path)
    monkeypatch.setattr(setup_steps, "TOOLCHAIN", tmp_path)
    monkeypatch.setattr(setup_steps, "LOG", tmp_path / "setup.log")
    return tmp_path


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_interpreter_that_only_pretends_to_exist_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "shims" / "python3.13", "echo 'command not found' >&2; exit 127")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}")

    assert interpreter.find_interpreter() == Path(sys.executable)


def test_interpreter_of_another_version_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "bin" / "python3.13", "echo CPython 3 12")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")

    assert interpreter.find_interpreter() == Path(sys.executable)


def test_newest_interpreter_of_pyenv_is_found_behind_its_shims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "shims" / "python3.13", "exit 127")
    versions = tmp_path / "pyenv" / "versions"
    executable(versions / "3.13.0" / "bin" / "python3.13", "exit 1")
    newest = executable(versions / "3.13.7" / "bin" / "python3.13", "echo CPython 3 13")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", "/usr/bin/false")

    assert interpreter.find_interpreter() == newest


def test_versions_of_pyenv_that_may_not_be_read_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", "/usr/bin/false")
    found = executable(tmp_path / "uv", f"echo {tmp_path / 'python'}")
    executable(tmp_path / "python", "echo CPython 3 13")
    monkeypatch.setattr(interpreter, "UV", found)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", refuse)

    assert interpreter.find_interpreter() == tmp_path / "python"


def test_machine_without_interpreter_and_without_download_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "executable", "/usr/bin/false")
    blocked = executable(tmp_path / "uv", "echo 'error: could not connect' >&2; exit 2")
    monkeypatch.setattr(interpreter, "UV", blocked)

    with pytest.raises(SetupError, match=r"(?s)install it .*python3\.13.*could not connect"):
        interpreter.find_interpreter()


def test_python_without_venv_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = executable(tmp_path / "python3", "echo 'ensurepip is not available'; exit 1")
    monkeypatch.setattr(sys, "executable", str(lacking))

    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        setup_steps.make_plain_venv(tmp_path / "venv", tmp_path / "requirements.txt")


def test_failed_step_says_its_last_lines_and_where_the_rest_is(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as failure:
        setup_steps.run("Installing", ["sh", "-c", "echo first; echo 'no route to host'; exit 3"])

    assert "Installing failed (exit 3; all of it is in setup.log)" in str(failure.value)
    assert "no route to host" in str(failure.value)
    assert b"first" in (tmp_path / "setup.log").read_bytes()


def test_environment_is_made_once_and_again_when_its_lock_changes(tmp_path: Path) -> None:
    lock, place = tmp_path / "lock.txt", tmp_path / "place"
    made: list[str] = []

    def make() -> None:
        place.mkdir()
        made.append(lock.read_text())

    def ensure() -> None:
        setup_steps.ensure("example", place, setup_steps.fingerprint(lock), place, make)

    for content in ("one", "one", "two"):
        lock.write_text(content)
        ensure()

    assert made == ["one", "two"]


def test_environment_that_could_not_be_made_is_made_at_the_next_run(tmp_path: Path) -> None:
    place = tmp_path / "place"

    def interrupted() -> None:
        place.mkdir()
        raise SetupError("no space left")

    with pytest.raises(SetupError):
        setup_steps.ensure("example", place, "same", place, interrupted)
    setup_steps.ensure(
        "example", place, "same", place, lambda: (place / "whole").mkdir(parents=True)
    )

    assert (place / "whole").is_dir()


def test_tools_see_nothing_that_leads_them_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    environment = setup_steps.tool_environment()

    assert environment.keys().isdisjoint({"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"})
    assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("version", "supported"), [("v20.20.2", False), ("v22.3.0", True), ("v24.19.0", True)]
)
def test_only_a_supported_node_of_the_machine_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, supported: bool
) -> None:
    executable(tmp_path / "bin" / "node", f"echo {version}")
    executable(tmp_path / "bin" / "npm", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    assert (node.machine_node() is not None) is supported


def test_node_that_set_up_installed_is_not_taken_for_the_machines_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "programs" / "node", "echo v24.19.0")
    executable(tmp_path / "programs" / "npm", "exit 0")
    monkeypatch.setattr(node, "PROGRAMS", tmp_path / "programs")
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:{tmp_path / 'nothing'}")

    assert node.machine_node() is None


def test_second_run_of_set_up_changes_nothing() -> None:
    root = Path(setup_steps.__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "local.toolchain"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("", "")
