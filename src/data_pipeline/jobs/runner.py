"""The workflow's task that runs the query of a job.

How it fails decides what the workflow does: `InvalidQuery` is the user's to mend and never tried
again; `TransientDatabaseError` is; `QueryTimeout` ends the job as TIMED_OUT.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import psycopg
from aws_lambda_powertools.metrics import MetricUnit

from data_pipeline.analytics.catalog import parse
from data_pipeline.aws.database import Database
from data_pipeline.aws.observability import logger, metrics, publish_metrics
from data_pipeline.aws.problems import Problem, ProblemError
from data_pipeline.aws.settings import load
from data_pipeline.jobs.job import Format
from data_pipeline.jobs.problems import error_json
from data_pipeline.jobs.run import APPLICATION, Assignment, Outcome, Runner
from data_pipeline.jobs.store import JobStore


@dataclass(frozen=True, kw_only=True)
class JobRunnerSettings:
    """Settings of the workflow task that runs a job's query."""

    database_secret_id: str
    jobs_table: str
    results_bucket: str


class InvalidQuery(Exception):  # noqa: N818 - the workflow's definition knows it by this name
    """The request is wrong. The message is the problem document as JSON."""

    def __init__(self, problem: Problem, job_id: str) -> None:
        super().__init__(error_json(problem, job_id))


def handle(event: dict[str, Any], _context: object) -> object:
    """Runs the query of `{"jobId", "operation", "parameters", "format"}`.

    Raises:
        InvalidQuery: for what the user can mend.
        TransientDatabaseError: for what another attempt may not meet.
        QueryTimeout: when the query took too long.
        JobCancelled: when the job was cancelled meanwhile.
    """
    job_id = str(event["jobId"])
    logger.set_correlation_id(job_id)
    try:
        outcome = _run(job_id, event)
        metrics.add_metric("QuerySeconds", MetricUnit.Seconds, outcome.duration_ms / 1000)
        return msgspec.to_builtins(outcome)
    finally:
        publish_metrics()


def _run(job_id: str, event: dict[str, Any]) -> Outcome:
    try:
        question = parse(event["operation"], event["parameters"])
        assignment = Assignment(
            job_id=job_id, question=question, format=Format(event.get("format", Format.JSON))
        )
        return _runner().run(assignment)
    except ProblemError as error:
        raise InvalidQuery(error.problem, job_id) from None
    except psycopg.Error as error:
        # What PostgreSQL says may quote data or names of hosts: it stays in the log.
        logger.exception("query failed", extra={"sqlstate": error.sqlstate})
        raise RuntimeError(f"The query failed (SQLSTATE {error.sqlstate}).") from None


@cache
def _runner() -> Runner:
    settings = load(JobRunnerSettings)
    return Runner(
        database=Database(secret_id=settings.database_secret_id, application=APPLICATION),
        store=JobStore(table=settings.jobs_table),
        bucket=settings.results_bucket,
    )
