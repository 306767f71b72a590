from pathlib import Path

import pytest

from local import ports, runtime, state
from local.ports import Ports
from local.runtime import UnsupportedRuntimeError

PORTS = Ports(localstack=4566, postgres=54320)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No engine, and no environment that was started before."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    monkeypatch.setattr(state, "ROOT", tmp_path)


@pytest.mark.parametrize("wanted", ["docker", "embedded"])
def test_the_runtime_that_is_asked_for_is_taken(wanted: str) -> None:
    choice = runtime.choose({"RUNTIME": wanted}, "dev")
    assert (choice.name, choice.why) == (wanted, f"Runtime {wanted}, as RUNTIME says")


def test_an_unknown_runtime_is_refused_in_one_line() -> None:
    with pytest.raises(UnsupportedRuntimeError, match=r"^RUNTIME=podman: .*RUNTIME=embedded") as no:
        runtime.choose({"RUNTIME": "podman"}, "dev")
    assert "\n" not in str(no.value)


def test_without_an_engine_the_runtime_is_embedded_and_says_why() -> None:
    choice = runtime.choose({}, "dev")
    assert choice.name == "embedded"
    assert "no container engine answers" in choice.why
    assert "\n" not in choice.why


@pytest.mark.parametrize("last", ["docker", "embedded"])
def test_an_environment_stays_in_the_runtime_that_has_its_data(last: str) -> None:
    ports.environment_at("dev", last, PORTS).save()
    assert runtime.choose({}, "dev").name == last
    assert runtime.choose({}, "other").name == "embedded"


def test_an_environment_of_an_unknown_runtime_is_not_guessed_at() -> None:
    with pytest.raises(UnsupportedRuntimeError, match="make reset"):
        runtime.of(ports.environment_at("dev", "podman", PORTS))
