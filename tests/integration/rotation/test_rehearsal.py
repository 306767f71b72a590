"""Passwords are changed while questions are asked and files arrive."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from local.state import Environment
from tests.integration.databases import READER, WRITER, TestDatabase
from tests.integration.rotation.rehearsal import Rehearsal, prepared
from tests.unit.proxy_events import proxy_event

ROUNDS = 3
ASKERS = 2
PATIENCE_SECONDS = 90

# Of connections between two invocations: a new one is needed at every moment of a rotation.
END_IDLE = """
    SELECT count(pg_terminate_backend(pid))
    FROM pg_stat_activity
    WHERE usename = ANY (%s)
        AND state = 'idle'
        AND state_change < clock_timestamp() - interval '300 milliseconds'
"""


@dataclass
class Load:
    """What was asked and sent until now, and what went wrong."""

    rehearsal: Rehearsal
    answers: int = 0
    refused: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        event = proxy_event(
            "GET",
            "/analytics",
            query="operation=simple_demo",
            headers={"Cache-Control": "no-cache"},
        )
        result = self.rehearsal.ask(event)
        if result.get("statusCode") == 200 and result["headers"]["X-Cache"] == "BYPASS":
            self.answers += 1
        else:
            self.refused.append(json.dumps(result)[:500])

    def send(self) -> None:
        key = f"crm-data/{len(self.keys)}.json"
        record = {"id": str(len(self.keys)), "name": key}
        self.rehearsal.environment.client("s3").put_object(
            Bucket=self.rehearsal.bucket, Key=key, Body=json.dumps([record]).encode()
        )
        self.keys.append(key)
        time.sleep(0.2)

    def end_idle_connections(self) -> None:
        roles = list(self.rehearsal.roles.values())
        with psycopg.connect(self.rehearsal.environment.admin_conninfo(), autocommit=True) as admin:
            admin.execute(END_IDLE, [roles])
        time.sleep(0.1)


@pytest.fixture
def rehearsal(environment: Environment, database_url: TestDatabase) -> Iterator[Rehearsal]:
    with prepared(environment, database_url) as found:
        yield found


@contextmanager
def steady(load: Load) -> Iterator[None]:
    def repeat(work: Callable[[], None]) -> None:
        while not load.over.is_set():
            work()

    works = [*[load.ask] * ASKERS, load.send, load.end_idle_connections]
    threads = [threading.Thread(target=repeat, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def loaded(database: TestDatabase) -> set[str]:
    with psycopg.connect(database.owner) as owner:
        rows = owner.execute("SELECT key FROM ingest.files WHERE status = 'loaded'").fetchall()
    return {str(key) for (key,) in rows}


def test_new_passwords_cost_no_request_and_no_file(rehearsal: Rehearsal) -> None:
    load = Load(rehearsal)
    before = {role: rehearsal.password(role) for role in (WRITER, READER)}
    with steady(load):
        wait_for(lambda: load.answers > 0 and loaded(rehearsal.database) != set(), "no load yet")
        for _ in range(ROUNDS):
            for role in (WRITER, READER):
                old = rehearsal.password(role)
                rehearsal.rotate(role)
                assert rehearsal.password(role) != old
            answers, files = load.answers, len(loaded(rehearsal.database))
            wait_for(
                lambda a=answers, f=files: (
                    load.answers > a + 5  # type: ignore[misc]
                    and len(loaded(rehearsal.database)) > f
                ),
                "no answers or loads with the new passwords",
            )
    wait_for(lambda: loaded(rehearsal.database) == set(load.keys), "files were lost")

    assert load.refused == []
    for role, password in before.items():
        assert rehearsal.password(role) != password
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(
                rehearsal.database.reader, user=rehearsal.roles[role], password=password
            )
