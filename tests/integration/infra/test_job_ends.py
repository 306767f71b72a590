"""Jobs that do not end well: stopped from outside, their database away, their topic refusing."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from local.state import Environment
from tests.integration.databases import TestDatabase
from tests.integration.function_environment import backends
from tests.integration.infra.executions import (
    Workflow,
    copy_of_job_runner,
    copy_of_workflow,
)
from tests.integration.messages import Messages, subscribed

SECONDS_AWAY = 10.0


@pytest.fixture
def workflow(environment: Environment) -> Workflow:
    return Workflow.deployed(environment)


@pytest.fixture
def messages(environment: Environment) -> Iterator[Messages]:
    topic = environment.output("AnalyticsStack", "JobTopicArn")
    with subscribed(environment, topic) as found:
        yield found


def test_job_whose_execution_is_stopped_from_outside_ends_and_is_announced(
    environment: Environment, workflow: Workflow, messages: Messages
) -> None:
    with psycopg.connect(environment.admin_conninfo()) as admin:
        admin.execute("LOCK TABLE canonical.relationships IN ACCESS EXCLUSIVE MODE")
        job_id = workflow.start()
        query = f"job-runner/{job_id}"
        workflow.until(lambda: backends(environment, query))
        workflow.stop(job_id)
        workflow.until(lambda: workflow.item(job_id).status == "CANCELLED")
        workflow.until(lambda: not backends(environment, query))
    problem = json.loads(workflow.item(job_id).error_json or "")
    assert "stopped by an operator" in problem["detail"]
    assert messages.about(job_id)["body"]["status"] == "CANCELLED"


def test_topic_that_refuses_leaves_the_job_succeeded(environment: Environment) -> None:
    topic = environment.output("AnalyticsStack", "JobTopicArn")
    with copy_of_workflow(environment, lambda text: text.replace(topic, f"{topic}-gone")) as copy:
        run = copy.run("simple_demo", {})
    assert run.states[-1] == "NotifyCompletion"
    assert run.status == "FAILED"
    assert run.item.status == "SUCCEEDED"
    assert run.item.result_json


class Away:
    """A database that can be taken away from its clients, as by a server that stops."""

    def __init__(self, environment: Environment, database: TestDatabase) -> None:
        self._conninfo = environment.admin_conninfo()
        self._name = database.name

    def take(self) -> None:
        """Refuses connections and ends those there are."""
        self._allow_connections(allowed=False)
        with psycopg.connect(self._conninfo, dbname="postgres") as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (self._name,),
            )

    def give_back(self) -> None:
        self._allow_connections(allowed=True)

    def _allow_connections(self, *, allowed: bool) -> None:
        with psycopg.connect(self._conninfo, dbname="postgres", autocommit=True) as admin:
            admin.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                    sql.Identifier(self._name), sql.Literal(allowed)
                )
            )


@pytest.fixture
def away(environment: Environment, database_url: TestDatabase) -> Iterator[Away]:
    found = Away(environment, database_url)
    yield found
    found.give_back()


@pytest.fixture
def elsewhere(
    environment: Environment, database_url: TestDatabase
) -> Iterator[Callable[[str], str]]:
    """A change of the workflow's definition: its queries run on the test's own database."""
    original = environment.client("lambda").get_function(
        FunctionName=environment.output("AnalyticsStack", "JobRunnerFunctionName")
    )["Configuration"]["FunctionArn"]
    with copy_of_job_runner(environment, database_url.reader) as copy:
        yield lambda text: text.replace(original, copy)


def _started_on_a_locked_table(
    environment: Environment, workflow: Workflow, owner: psycopg.Connection[Any]
) -> str:
    owner.execute("LOCK TABLE canonical.relationships IN ACCESS EXCLUSIVE MODE")
    job_id = workflow.start()
    workflow.until(lambda: backends(environment, f"job-runner/{job_id}"))
    return job_id


def test_job_outlives_a_database_that_goes_away_during_its_query_and_comes_back(
    environment: Environment,
    database_url: TestDatabase,
    away: Away,
    elsewhere: Callable[[str], str],
) -> None:
    with copy_of_workflow(environment, elsewhere) as workflow:
        owner = psycopg.connect(database_url.owner)
        job_id = _started_on_a_locked_table(environment, workflow, owner)
        away.take()
        back = threading.Timer(SECONDS_AWAY, away.give_back)
        back.start()
        run = workflow.ended(job_id)
        back.join()
        owner.close()
    assert run.item.status == "SUCCEEDED"
    assert run.retries >= 1
    assert run.states.count("NotifyCompletion") == 1


def test_job_whose_database_stays_away_fails_with_a_reason_and_is_announced(
    environment: Environment,
    messages: Messages,
    away: Away,
    elsewhere: Callable[[str], str],
) -> None:
    def impatient(text: str) -> str:
        definition = json.loads(elsewhere(text))
        for retry in definition["States"]["RunQuery"]["Retry"]:
            retry["MaxAttempts"] = 2
        return json.dumps(definition)

    away.take()
    with copy_of_workflow(environment, impatient) as workflow:
        run = workflow.run("simple_demo", {})
    assert run.item.status == "FAILED"
    assert run.retries == 3
    problem = json.loads(run.item.error_json or "")
    assert problem["type"] == "/problems/job-failed"
    message = messages.about(run.item.job_id)
    assert message["body"]["error"] == problem
    assert message["attributes"]["status"] == "FAILED"
