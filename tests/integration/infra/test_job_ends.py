"""Jobs that do not end well: stopped from outside, too slow, killed, without database or topic."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import sql

from local.state import Environment
from tests.integration import endless, sales
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
    job_id = workflow.start(endless.OPERATION, endless.PARAMETERS)
    query = f"job-runner/{job_id}"
    workflow.until(lambda: backends(environment, query))
    workflow.stop(job_id)
    workflow.until(lambda: workflow.item(job_id).status == "CANCELLED")
    workflow.until(lambda: not backends(environment, query))
    problem = json.loads(workflow.item(job_id).error_json or "")
    assert "stopped by an operator" in problem["detail"]
    assert messages.about(job_id)["body"]["status"] == "CANCELLED"


def _with_limit(seconds: int, *states: str) -> Callable[[str], str]:
    """A change of a definition: a state, or without one the whole, may take so many seconds."""

    def change(text: str) -> str:
        definition = json.loads(text)
        limited = definition
        for state in states:
            limited = definition["States"][state]
        limited["TimeoutSeconds"] = seconds
        return json.dumps(definition)

    return change


@contextmanager
def _closed_as_the_deployed_one_is(environment: Environment, workflow: Workflow) -> Iterator[None]:
    """Tells the job closer of ends of a copy of the workflow."""
    events, functions = environment.client("events"), environment.client("lambda")
    rule = f"test-{uuid.uuid4().hex}"
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [workflow.machine_arn]},
    }
    closer = functions.get_function(FunctionName="data-pipeline-job-closer")
    arn = closer["Configuration"]["FunctionArn"]
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "closer", "Arn": arn}])
    try:
        yield
    finally:
        events.remove_targets(Rule=rule, Ids=["closer"])
        events.delete_rule(Name=rule)


def test_job_whose_query_takes_longer_than_its_task_may_times_out(
    environment: Environment, messages: Messages
) -> None:
    with copy_of_workflow(environment, _with_limit(2, "RunQuery")) as workflow:
        job_id = workflow.start(endless.OPERATION, endless.PARAMETERS)
        run = workflow.ended(job_id)
        workflow.until(lambda: not backends(environment, f"job-runner/{job_id}"))
    assert run.item.status == "TIMED_OUT"
    assert run.states[-1] == "JobFailed"
    problem = json.loads(run.item.error_json or "")
    assert problem["type"] == "/problems/job-timed-out"
    message = messages.about(job_id)
    assert message["body"]["error"] == problem
    assert message["attributes"]["status"] == "TIMED_OUT"


def test_job_whose_execution_takes_longer_than_it_may_times_out(
    environment: Environment, messages: Messages
) -> None:
    with (
        copy_of_workflow(environment, _with_limit(2)) as workflow,
        _closed_as_the_deployed_one_is(environment, workflow),
    ):
        job_id = workflow.start(endless.OPERATION, endless.PARAMETERS)
        workflow.until(lambda: workflow.item(job_id).status == "TIMED_OUT")
        workflow.until(lambda: not backends(environment, f"job-runner/{job_id}"))
        run = workflow.ended(job_id)
    assert run.status == "TIMED_OUT"
    assert json.loads(run.item.error_json or "")["type"] == "/problems/job-timed-out"
    assert messages.about(job_id)["attributes"]["status"] == "TIMED_OUT"


def test_topic_that_refuses_leaves_the_job_succeeded(environment: Environment) -> None:
    topic = environment.output("AnalyticsStack", "JobTopicArn")
    gone = f"{topic.rpartition(':')[0]}:test-gone"
    with copy_of_workflow(environment, lambda text: text.replace(topic, gone)) as copy:
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


@contextmanager
def _runner(
    environment: Environment, database: TestDatabase, **variables: str
) -> Iterator[Callable[[str], str]]:
    """A change of the workflow's definition: its queries run on the test's own database."""
    original = environment.client("lambda").get_function(
        FunctionName=environment.output("AnalyticsStack", "JobRunnerFunctionName")
    )["Configuration"]["FunctionArn"]
    with copy_of_job_runner(environment, database.reader, **variables) as copy:
        yield lambda text: text.replace(original, copy)


@pytest.fixture
def elsewhere(
    environment: Environment, database_url: TestDatabase
) -> Iterator[Callable[[str], str]]:
    with _runner(environment, database_url) as change:
        yield change


def test_job_whose_result_the_bucket_refuses_fails_with_a_reason_and_is_announced(
    environment: Environment, messages: Messages, database_url: TestDatabase
) -> None:
    sales.load_customers(database_url.owner, 2_000)
    with (
        _runner(environment, database_url, RESULTS_BUCKET="test-no-such-bucket") as change,
        copy_of_workflow(environment, change) as workflow,
    ):
        run = workflow.run("customer_analysis", {"as_of": sales.AS_OF})
    assert run.item.status == "FAILED"
    assert run.item.result_key is None
    problem = json.loads(run.item.error_json or "")
    assert problem["type"] == "/problems/job-failed"
    assert messages.about(run.item.job_id)["body"]["error"] == problem


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


def _kill_the_client(environment: Environment, application: str) -> None:
    """Kills the process of this machine that runs a query under that application's name."""
    with psycopg.connect(environment.admin_conninfo()) as admin:
        row = admin.execute(
            "SELECT client_port FROM pg_stat_activity WHERE application_name = %s", (application,)
        ).fetchone()
    assert row is not None
    ports = (row[0], environment.postgres_port)
    (client,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if (*connection.laddr[1:], *connection.raddr[1:]) == ports
    }
    assert client is not None, "the processes of another user"
    psutil.Process(client).kill()


@pytest.mark.usefixtures("embedded_only")
def test_job_whose_runner_is_killed_in_the_middle_of_its_query_runs_again(
    environment: Environment, database_url: TestDatabase, elsewhere: Callable[[str], str]
) -> None:
    sales.load(database_url.owner)
    sales.load_customers(database_url.owner, 2_000)
    with (
        copy_of_workflow(environment, elsewhere) as workflow,
        psycopg.connect(database_url.owner) as owner,
    ):
        owner.execute("LOCK TABLE canonical.customers IN ACCESS EXCLUSIVE MODE")
        job_id = workflow.start("customer_analysis", {"as_of": sales.AS_OF})
        query = f"job-runner/{job_id}"
        workflow.until(lambda: backends(environment, query))
        _kill_the_client(environment, query)
        owner.rollback()
        run = workflow.ended(job_id)
    assert run.item.status == "SUCCEEDED"
    assert run.item.row_count == 2_004
    assert run.retries == 1
    assert run.states.count("NotifyCompletion") == 1
    bucket = environment.output("AnalyticsStack", "ResultsBucketName")
    found = environment.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"jobs/7/{job_id}/")
    assert [item["Key"] for item in found["Contents"]] == [run.item.result_key]


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
