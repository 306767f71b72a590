"""What is said when no container engine answers."""

import socket
from pathlib import Path

import pytest

from local import docker
from local.docker import EngineError


def message() -> str:
    with pytest.raises(EngineError) as raised:
        docker.connect()
    said = str(raised.value)
    assert "\n" not in said
    assert "Error" not in said
    return said


def test_a_missing_socket_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    address = f"unix://{tmp_path}/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", address)
    assert message() == f"no container engine answers at {address}: there is no such socket"


def test_a_socket_without_a_listener_is_told_from_a_missing_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = f"unix://{tmp_path}/docker.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(f"{tmp_path}/docker.sock")
    monkeypatch.setenv("DOCKER_HOST", address)
    assert message() == f"no container engine answers at {address}: nothing listens there"


def test_an_address_of_no_known_kind_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "nonsense://somewhere")
    assert "nonsense://somewhere" in message()


def test_the_current_context_leads_to_the_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"currentContext": "elsewhere"}')
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert "context" in message()
