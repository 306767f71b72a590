"""The same question at the same time: one of those who ask runs the query, the rest wait for it."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from data_pipeline.analytics import answers, cache, lease
from data_pipeline.analytics.answers import Analytics, Answer, CacheState
from data_pipeline.analytics.cache import Finding, QueryCache
from data_pipeline.analytics.catalog import Question, parse
from data_pipeline.analytics.lease import Lease, wait_for_answer
from data_pipeline.analytics.snapshot import snapshot
from data_pipeline.aws import clients
from data_pipeline.aws.database import Database
from data_pipeline.aws.problems import ProblemError
from local.state import Environment
from tests.integration import sales
from tests.integration.databases import TestDatabase

QUESTION = parse("customer_analysis", {"as_of": sales.AS_OF})
ASKERS = 5


@pytest.fixture
def query_cache(reader_secret: str, cache_table: str) -> QueryCache:
    """The cache, as every one of several execution environments sees it."""
    assert reader_secret
    return QueryCache(table=cache_table, ttl_seconds=3600)


@pytest.fixture
def new_function(
    query_cache: QueryCache, reader_secret: str, database_url: TestDatabase
) -> Iterator[Callable[[], Analytics]]:
    """Makes execution environments, each with a database connection of its own."""
    sales.load(database_url.owner)
    clients.dynamodb()  # boto3's way to make clients is not safe for threads; the clients are
    made: list[Analytics] = []

    def new_function() -> Analytics:
        database = Database(secret_id=reader_secret, application="test-lease")
        made.append(Analytics(application="test-lease", database=database, cache=query_cache))
        return made[-1]

    yield new_function
    for function in made:
        function.database.close()


@pytest.fixture
def at_the_same_time(new_function: Callable[[], Analytics]) -> Iterator[Callable[..., Any]]:
    """Asks the question from as many execution environments at once as are wanted."""
    with ThreadPoolExecutor() as pool:

        def ask(times: int = ASKERS) -> list[Future[Any]]:
            functions = [new_function() for _ in range(times)]
            return [
                pool.submit(function.answer, QUESTION, correlation_id="r") for function in functions
            ]

        yield ask


def _key(new_function: Callable[[], Analytics]) -> str:
    with snapshot(
        new_function().database.connection(), application_name="test", timeout_seconds=5
    ) as state:
        return cache.key(QUESTION, state)


def _states(asked: list[Future[Any]]) -> list[CacheState]:
    return sorted(one.result(timeout=60).cache_state for one in asked)


def _running(environment: Environment, database: TestDatabase) -> int:
    """How many queries wait for the locked table of this test's own database."""
    with psycopg.connect(environment.admin_conninfo()) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = %s AND application_name LIKE 'test-lease/%%' "
            "AND wait_event_type = 'Lock'",
            (database.name,),
        ).fetchone() or (0,)
    return int(count)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def _lock(owner: psycopg.Connection) -> None:
    owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")


def test_query_runs_once_for_all_who_ask_at_the_same_time(
    at_the_same_time: Any, database_url: TestDatabase, environment: Environment
) -> None:
    with psycopg.connect(database_url.owner) as owner:
        _lock(owner)
        asked = at_the_same_time()
        _until(lambda: _running(environment, database_url) > 0)
        time.sleep(1)  # time enough for the others to run it too, if they did not wait
        assert _running(environment, database_url) == 1
    assert _states(asked) == [CacheState.HIT] * (ASKERS - 1) + [CacheState.MISS]
    assert len({bytes(one.result().result.rows) for one in asked}) == 1


def test_lease_lasts_as_long_as_the_query(
    at_the_same_time: Any,
    database_url: TestDatabase,
    environment: Environment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "LEASE_SECONDS", 2.5)
    monkeypatch.setattr(lease, "_SECONDS_BETWEEN_RENEWALS", 0.2)
    with psycopg.connect(database_url.owner) as owner:
        _lock(owner)
        asked = at_the_same_time(2)
        _until(lambda: _running(environment, database_url) > 0)
        time.sleep(4)
        assert _running(environment, database_url) == 1
    assert _states(asked) == [CacheState.HIT, CacheState.MISS]


def test_lease_of_a_holder_that_died_is_taken_by_one(
    at_the_same_time: Any,
    new_function: Any,
    query_cache: QueryCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cache, "LEASE_SECONDS", 0.5)
        assert Lease(query_cache, _key(new_function)).claim().finding is Finding.LEASED
    assert _states(at_the_same_time()) == [CacheState.HIT] * (ASKERS - 1) + [CacheState.MISS]


def test_who_waited_for_a_query_that_failed_runs_it_itself(
    new_function: Any, query_cache: QueryCache
) -> None:
    failing = Lease(query_cache, _key(new_function))
    assert failing.claim().finding is Finding.LEASED
    with ThreadPoolExecutor() as pool, contextlib.suppress(RuntimeError), failing.held():
        asked = pool.submit(new_function().answer, QUESTION, correlation_id="r")
        time.sleep(0.5)
        assert not asked.done()
        raise RuntimeError("no such table")
    assert _states([asked]) == [CacheState.MISS]


def test_nobody_waits_for_what_is_too_large_to_keep(
    at_the_same_time: Any,
    new_function: Any,
    query_cache: QueryCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "_MOST_BYTES", 10)
    assert new_function().answer(QUESTION, correlation_id="r").cache_state is CacheState.MISS
    assert query_cache.look(_key(new_function)).finding is Finding.TOO_LARGE
    assert _states(at_the_same_time()) == [CacheState.MISS] * ASKERS


def test_who_waits_in_vain_is_told_so_in_time(
    new_function: Any, query_cache: QueryCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Lease(query_cache, _key(new_function)).claim().finding is Finding.LEASED
    monkeypatch.setattr(answers, "TIMEOUT_SECONDS", 0.3)
    with pytest.raises(ProblemError) as caught:
        new_function().answer(QUESTION, correlation_id="r")
    assert caught.value.problem.kind == "query-timeout"


def test_who_asks_past_the_cache_waits_for_nobody(
    new_function: Any, query_cache: QueryCache
) -> None:
    assert Lease(query_cache, _key(new_function)).claim().finding is Finding.LEASED
    answer = new_function().answer(QUESTION, correlation_id="r", use_cache=False)
    assert answer.cache_state is CacheState.BYPASS


def test_lease_is_granted_once_until_it_is_given_back(query_cache: QueryCache) -> None:
    first, second = Lease(query_cache, "key"), Lease(query_cache, "key")
    assert first.claim().finding is Finding.LEASED
    assert second.claim().finding is Finding.BEING_MADE
    second.release()  # not its own
    assert second.claim().finding is Finding.BEING_MADE
    first.release()
    assert second.claim().finding is Finding.LEASED


def test_lease_is_refused_where_the_answer_is_kept_by_now(
    new_function: Any, query_cache: QueryCache
) -> None:
    answer = new_function().answer(QUESTION, correlation_id="r")
    found = Lease(query_cache, answer.key).claim()
    assert found.entry is not None
    assert found.entry.result == answer.result


def test_answer_that_is_past_its_time_is_made_anew_and_stands_in_meanwhile(
    new_function: Any, cache_table: str
) -> None:
    first: Answer = new_function().answer(QUESTION, correlation_id="r")
    short = QueryCache(table=cache_table, ttl_seconds=0)
    assert short.look(first.key).finding is Finding.NOTHING
    assert _newest(short, QUESTION) == first.result.generated_at


def _newest(kept: QueryCache, question: Question) -> object:
    entry = kept.newest(question)
    return entry.result.generated_at if entry else None


def test_cache_that_cannot_be_read_keeps_nobody_waiting(reader_secret: str) -> None:
    assert reader_secret
    missing = QueryCache(table="no-such-table", ttl_seconds=3600)
    found = wait_for_answer(missing, "key", deadline=time.monotonic() + 30)
    assert found.finding is Finding.AWAY
    assert Lease(missing, "key").claim().finding is Finding.AWAY
