import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local import ports
from local.ports import Ports


@contextmanager
def occupied() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> Ports:
    chosen = Ports(localstack=free_port(), postgres=free_port())
    monkeypatch.setattr(ports, "DEFAULT_LOCALSTACK", chosen.localstack)
    monkeypatch.setattr(ports, "DEFAULT_POSTGRES", chosen.postgres)
    return chosen


def test_the_default_environment_takes_the_usual_ports(usual: Ports) -> None:
    assert ports.choose("dev", None) == usual


def test_a_port_that_is_taken_is_replaced_by_a_free_one(
    usual: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    with occupied() as taken:
        monkeypatch.setattr(ports, "DEFAULT_LOCALSTACK", taken)
        chosen = ports.choose("dev", None)
        assert chosen.postgres == usual.postgres
        assert chosen.localstack != taken
        assert ports.is_free(chosen.localstack)


def test_the_ports_of_the_last_start_are_kept(usual: Ports) -> None:
    last = Ports(localstack=free_port(), postgres=free_port())
    assert ports.choose("dev", last) == last != usual


def test_a_port_of_the_last_start_that_is_taken_now_is_given_up(usual: Ports) -> None:
    with occupied() as taken:
        last = Ports(localstack=taken, postgres=free_port())
        chosen = ports.choose("dev", last)
    assert chosen == Ports(localstack=usual.localstack, postgres=last.postgres)


def test_no_port_is_given_twice_or_to_whom_it_is_not_for(
    usual: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = iter([usual.postgres, 50_001, 50_001, usual.localstack, 50_002])
    monkeypatch.setattr(ports, "_any_free", lambda: next(offered))
    assert ports.choose("test", None) == Ports(localstack=50_001, postgres=50_002)


def test_another_environment_leaves_the_usual_ports_alone(usual: Ports) -> None:
    chosen = ports.choose("test", None)
    assert usual.localstack not in (chosen.localstack, chosen.postgres)
    assert usual.postgres not in (chosen.localstack, chosen.postgres)
    assert chosen.localstack != chosen.postgres
