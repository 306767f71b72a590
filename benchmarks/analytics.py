"""`make bench`: how fast each analytics operation is answered, beside its bare SQL.

All in one run on one machine: a PostgreSQL 17 with a million orders, and LocalStack for the query
cache. Writes docs/benchmarks-analytics.md.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks import analytics_report, handler_imports, sales
from benchmarks.analytics_report import Results, Timing
from benchmarks.paired import against_neighbours, against_themselves
from benchmarks.progress import say
from benchmarks.questions import parameters_of, questions
from benchmarks.server import Server, running
from data_pipeline.analytics import handler
from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.query import MOST_ROWS
from local import database
from local.state import DATABASE

_READER: Final = "analytics_reader"
_CACHE_TABLE: Final = "benchmark-query-cache"
_CHANGE_DATA: Final = (
    "UPDATE ingest.dataset_version SET version = version + 1, changed_at = clock_timestamp()"
)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How long the handler took, and its query within it, and where it had the answer from.

    Times are in milliseconds.
    """

    milliseconds: float
    query_milliseconds: float
    cache_state: str


class Benchmark:
    """Asks the handler in this process, as Lambda does, and the database without it."""

    def __init__(self, server: Server) -> None:
        # As the handler does, which prepares nothing and reads times in UTC.
        self._bare = psycopg.connect(
            server.conninfo(_READER, DATABASE),
            autocommit=True,
            prepare_threshold=None,
            options="-c TimeZone=UTC",
        )
        self._owner = psycopg.connect(server.conninfo(database.OWNER, DATABASE), autocommit=True)

    def time(self, question: Question, runs: int) -> Timing:
        """Asks a question again and again, each way in turn, so that all meet the same machine."""
        self.bare(question)
        ask(question, no_cache=True)
        bare, bypassed, around = [self.bare(question)], [], []
        for _ in range(runs):
            answered = _expect("BYPASS", ask(question, no_cache=True))
            bypassed.append(answered.milliseconds)
            around.append(answered.milliseconds - answered.query_milliseconds)
            bare.append(self.bare(question))
        missed, hit = self._cached(question, -(-runs // 3))
        return Timing(
            operation=question.operation.name,
            bare=statistics.median(bare),
            bypassed=statistics.median(bypassed),
            more=against_neighbours(bypassed, bare),
            control=against_themselves(bare),
            around=statistics.median(around),
            missed=missed,
            hit=hit,
        )

    def _cached(self, question: Question, runs: int) -> tuple[float, float]:
        """The medians of finding nothing in the cache, and of finding the answer."""
        missed, hit = [], []
        for _ in range(runs):
            self._owner.execute(_CHANGE_DATA)
            missed.append(_expect("MISS", ask(question)).milliseconds)
            hit.append(_expect("HIT", ask(question)).milliseconds)
        return statistics.median(missed), statistics.median(hit)

    def bare(self, question: Question) -> float:
        """The same statement in psycopg and nothing around it, in milliseconds."""
        statement = question.statement()
        began = time.perf_counter()
        with self._bare.cursor() as cursor:
            cursor.execute(statement.sql.encode(), {**statement.values, "row_limit": MOST_ROWS + 1})
            cursor.fetchall()
        return (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Ends its connections."""
        self._bare.close()
        self._owner.close()


def ask(question: Question, *, no_cache: bool = False) -> Answered:
    """Hands the handler the question as API Gateway does.

    Raises:
        RuntimeError: the answer is a problem.
    """
    body = {"operation": question.operation.name, "parameters": parameters_of(question)}
    event = _event(body, {"Cache-Control": "no-cache"} if no_cache else {})
    began = time.perf_counter()
    answer: dict[str, Any] = handler.handle(event, None)
    milliseconds = (time.perf_counter() - began) * 1000
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{question.operation.name}: {answer['body']}")
    return Answered(
        milliseconds=milliseconds,
        query_milliseconds=json.loads(answer["body"])["durationMs"],
        cache_state=answer["headers"]["X-Cache"],
    )


def _event(body: Mapping[str, object], headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "resource": "/analytics",
        "path": "/analytics",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json", **headers},
        "requestContext": {"requestId": "benchmark", "path": "/prod/analytics"},
        "body": json.dumps(body),
    }


def _expect(cache_state: str, answered: Answered) -> Answered:
    if answered.cache_state != cache_state:
        raise RuntimeError(f"the answer is a {answered.cache_state}, not a {cache_state}")
    return answered


def prepare(server: Server, size: sales.Size) -> None:
    """Fills the database, and leads the handler to it and to a cache of its own."""
    server.fresh(DATABASE)
    owner = server.conninfo(database.OWNER, DATABASE)
    sales.fill(owner, size, last_day=datetime.now(UTC).date(), say=say)
    server.checkpoint()
    server.environment.client("dynamodb").create_table(
        TableName=_CACHE_TABLE,
        KeySchema=[{"AttributeName": "cacheKey", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "cacheKey", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    os.environ.update(server.environment.aws_variables())
    os.environ.update(
        {
            "DATABASE_SECRET_ID": "data-pipeline/database/reader",
            "QUERY_CACHE_TABLE": _CACHE_TABLE,
            "CACHE_TTL_SECONDS": "3600",
        }
    )


def measure(server: Server, size: sales.Size, runs: int, only: list[str]) -> Results:
    """All operations, or some of them, and then the imports."""
    prepare(server, size)
    benchmark = Benchmark(server)
    timings = []
    try:
        for question in questions():
            if only and question.operation.name not in only:
                continue
            timings.append(_quietly(benchmark.time, question, runs))
            say(timings[-1].line())
    finally:
        benchmark.close()
    imports = []
    for name in handler_imports.HANDLERS:
        imports.append(handler_imports.measure(name, runs))
        say(f"import {name}: {imports[-1].ratio:.2f} × its libraries")
    return Results(size=size, runs=runs, timings=timings, imports=imports)


def _quietly[**P, R](work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Without the log and the metrics that the handler writes."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        return work(*arguments, **named)


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=1_000_000, help="(%(default)s)")
    parser.add_argument("--customers", type=int, default=100_000, help="(%(default)s)")
    parser.add_argument("--runs", type=int, default=21, help="of each measurement (%(default)s)")
    parser.add_argument("--only", nargs="*", default=[], help="operations; then no page is written")
    arguments = parser.parse_args()
    size = sales.Size(customers=arguments.customers, orders=arguments.orders)
    with running("bench-analytics", with_aws=True) as server:
        results = measure(server, size, arguments.runs, arguments.only)
    print(analytics_report.tables(results))
    if not arguments.only:
        analytics_report.write(results)


if __name__ == "__main__":
    main()
