"""Loads that meet others: what waits for whom, and that what PostgreSQL broke off is done again."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import sql

from data_pipeline.ingestion import merge
from data_pipeline.ingestion.events import ObjectCreated
from local.state import Environment
from tests.integration.databases import TestDatabase
from tests.integration.ingestion.conftest import Pipeline

type Connect = Callable[..., psycopg.Connection[Any]]

PATIENCE_SECONDS = 60
MERGED_AT_ONCE = 20_000
RENAME = "UPDATE canonical.customers SET name = %s, version = version + 1 WHERE source_id = %s"
WAITING = """
    SELECT count(*)::int AS sessions FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'load' AND wait_event_type = 'Lock'
"""
STATE = """
    SELECT (SELECT count(*)::int FROM canonical.customers) AS customers,
        (SELECT count(*)::int FROM ingest.staged_customers) AS staged,
        (SELECT count(*)::int FROM canonical.entity_history) AS history,
        (SELECT max(status) FROM ingest.files) AS status
"""

# Numbers that a sequence gave are not taken back with the transaction that asked for them.
FAULT = """
    CREATE SEQUENCE public.faults;
    CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF nextval('public.faults') <= {times} THEN
            RAISE EXCEPTION 'a fault for the test' USING ERRCODE = {sqlstate};
        END IF;
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER fault AFTER INSERT ON canonical.customers EXECUTE FUNCTION public.fault();
"""
NO_FAULT = "DROP FUNCTION IF EXISTS public.fault CASCADE; DROP SEQUENCE IF EXISTS public.faults;"


def customers(*ids: str, name: str) -> list[dict[str, Any]]:
    return [{"id": each, "name": name} for each in ids]


@pytest.fixture
def connect(environment: Environment, database_url: TestDatabase) -> Iterator[Connect]:
    """Connects as somebody who may set how long a session waits before it looks for a deadlock."""
    made: list[psycopg.Connection[Any]] = []

    def connect_as(application: str, options: str) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            environment.admin_conninfo(),
            dbname=database_url.name,
            application_name=application,
            options=options,
        )
        made.append(connection)
        return connection

    yield connect_as
    for connection in made:
        connection.close()


@pytest.fixture
def fault(database_url: TestDatabase) -> Iterator[Callable[..., None]]:
    """Lets so many inserts of customers fail."""

    def run(statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(database_url.owner) as connection:
            connection.execute(statement)

    def make(sqlstate: str, times: int) -> None:
        run(sql.SQL(FAULT).format(times=sql.Literal(times), sqlstate=sql.Literal(sqlstate)))

    yield make
    run(sql.SQL(NO_FAULT))


def wait_until_the_load_waits(observer: psycopg.Connection[Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while observer.execute(WAITING).fetchone() == (0,):
        observer.rollback()  # a transaction sees the same sessions as long as it lasts
        assert time.monotonic() < deadline, "the load waits for no lock"
        time.sleep(0.02)


def process_while(
    pipeline: Pipeline, connect: Connect, created: ObjectCreated, meanwhile: Callable[[], None],
    *, options: str,
) -> None:  # fmt: skip
    """Processes an object, and does something else once that waits for a lock."""
    load = connect("load", f"-c lock_timeout={2 * PATIENCE_SECONDS}s {options}")
    observer = connect("observer", "")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(pipeline.processor.process, load, created)
        wait_until_the_load_waits(observer)
        meanwhile()
        run.result()
    load.close()


def test_load_that_is_broken_off_in_a_deadlock_is_done_again(
    pipeline: Pipeline, connect: Connect
) -> None:
    pipeline.load(customers("C1", "C2", name="Before"))
    pipeline.let_a_second_pass()
    created = pipeline.upload(customers("C1", "C2", name="After"))
    other = connect("other", "-c deadlock_timeout=1h")  # so that it is never the one to give way
    other.execute(RENAME, ("Other", "C2"))
    deadlocks = counted_deadlocks(pipeline)

    def close_the_circle() -> None:
        other.execute(RENAME, ("Other", "C1"))
        other.commit()

    process_while(pipeline, connect, created, close_the_circle, options="-c deadlock_timeout=5s")
    rows = pipeline.rows("SELECT name, version FROM canonical.customers")
    assert rows == [{"name": "After", "version": 3}] * 2
    wait_until_a_deadlock_is_counted(pipeline, deadlocks)


def counted_deadlocks(pipeline: Pipeline) -> int:
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return int(pipeline.row(query)["deadlocks"])


def wait_until_a_deadlock_is_counted(pipeline: Pipeline, before: int) -> None:
    """A session hands its statistics over at its end at the latest."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while counted_deadlocks(pipeline) == before:
        assert time.monotonic() < deadline, "there was no deadlock"
        time.sleep(0.1)


def test_load_that_could_not_be_serialized_is_done_again(
    pipeline: Pipeline, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline.load(customers("C1", name="Before"))
    pipeline.let_a_second_pass()
    created = pipeline.upload(customers("C1", name="After"))
    other = connect("other", "")
    other.execute(RENAME, ("Other", "C1"))
    isolation = r"-c default_transaction_isolation=repeatable\ read"
    process_while(pipeline, connect, created, other.commit, options=isolation)
    row = pipeline.row("SELECT name, version FROM canonical.customers")
    assert row == {"name": "After", "version": 3}
    assert "load is repeated" in caplog.messages


def test_first_load_of_a_source_lets_others_enter_it_before_its_end(
    pipeline: Pipeline, connect: Connect
) -> None:
    many = 2 * MERGED_AT_ONCE  # so that some are merged while the rest is still read
    created = pipeline.upload(customers(*map(str, range(many)), name="A"))
    other = connect("other", "")
    other.execute("SELECT FROM ingest.dataset_version FOR UPDATE")
    second = connect("second", "-c lock_timeout=1s")

    def enter() -> None:
        try:
            merge.enter_source(second, "crm")
        finally:
            second.rollback()
            other.rollback()

    process_while(pipeline, connect, created, enter, options="")
    assert pipeline.row("SELECT count(*)::int AS customers FROM canonical.customers") == {
        "customers": many
    }


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_load_is_done_again_as_often_as_others_are_in_the_way(
    pipeline: Pipeline, fault: Callable[..., None], sqlstate: str, times: int
) -> None:
    fault(sqlstate, times)
    outcome = pipeline.load(customers("C1", "C2", name="A"))
    assert (outcome.status, outcome.read, outcome.inserted) == ("loaded", 2, 2)
    assert pipeline.row("SELECT sum(version)::int AS versions FROM canonical.customers") == {
        "versions": 2
    }


def test_load_with_others_always_in_the_way_changes_nothing_and_is_delivered_again(
    pipeline: Pipeline, fault: Callable[..., None], database_url: TestDatabase
) -> None:
    fault("40001", 1_000)
    created = pipeline.upload(customers("C1", name="A"))
    with pytest.raises(psycopg.errors.SerializationFailure):
        pipeline.processor.process(pipeline.writer, created)
    nothing = {"customers": 0, "staged": 0, "history": 0, "status": "loading"}
    assert pipeline.row(STATE) == nothing
    assert pipeline.alerts.take() == []
    with psycopg.connect(database_url.owner) as owner:
        owner.execute(NO_FAULT)
    assert pipeline.process(created).inserted == 1


def test_other_faults_of_the_database_are_not_tried_again_at_once(
    pipeline: Pipeline, fault: Callable[..., None]
) -> None:
    fault("53300", 1)
    created = pipeline.upload(customers("C1", name="A"))
    with pytest.raises(psycopg.errors.TooManyConnections):
        pipeline.processor.process(pipeline.writer, created)
    assert pipeline.process(created).inserted == 1
