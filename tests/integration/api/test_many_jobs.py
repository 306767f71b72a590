"""Fifty jobs at once, each of a client of its own: none is lost, none runs twice."""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from data_pipeline.jobs.store import OWNER_INDEX
from local.state import Environment
from tests.integration.conftest import Api
from tests.integration.infra.executions import Workflow
from tests.integration.messages import subscribed

JOBS = 50
ATTEMPTS = 10
PATIENCE_SECONDS = 240
REQUEST = {"operation": "simple_demo", "parameters": {}}
UNFINISHED = {"QUEUED", "RUNNING"}


@pytest.fixture
def client_of_its_own(environment: Environment) -> Iterator[tuple[str, Api]]:
    """A key that nobody else uses, and the API as its holder uses it."""
    gateway = environment.client("apigateway")
    known = environment.output("AnalyticsStack", "ApiKeyId")
    (plan,) = gateway.get_usage_plans(keyId=known)["items"]
    key = gateway.create_api_key(name=f"test-{uuid.uuid4().hex}", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    try:
        with Api(environment.api_url, key["value"]) as api:
            yield key["id"], api
    finally:
        gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"])
        gateway.delete_api_key(apiKey=key["id"])


def _submit(environment: Environment, key: str) -> str:
    """The id of a new job; a request that gets no answer, or the answer to wait, is sent again."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    said = ""
    with Api(environment.api_url, key) as client:
        for _ in range(ATTEMPTS):
            try:
                answer = client.post("/analytics/jobs", json=REQUEST, headers=headers)
            except requests.RequestException as error:
                said = str(error)
                continue
            if answer.status_code in {200, 202}:
                return str(answer.json()["jobId"])
            said = answer.text
            assert answer.status_code == 429 or answer.status_code >= 500, said
            time.sleep(int(answer.headers.get("Retry-After", "1")))
    return pytest.fail(f"not submitted in {ATTEMPTS} attempts: {said}")


def _statuses(api: Api) -> Counter[str]:
    """How many jobs are in which status, once none is unfinished."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        listed = api.get("/analytics/jobs", params={"limit": 100}).json()["jobs"]
        found = Counter(str(job["status"]) for job in listed)
        if not UNFINISHED & found.keys():
            return found
        time.sleep(0.5)
    return pytest.fail(f"not all ended in {PATIENCE_SECONDS} s: {found}")


def _items(environment: Environment, owner: str) -> list[dict[str, Any]]:
    answer = environment.client("dynamodb").query(
        TableName=environment.output("AnalyticsStack", "JobsTableName"),
        IndexName=OWNER_INDEX,
        KeyConditionExpression="#owner = :owner",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":owner": {"S": owner}},
    )
    return list(answer["Items"])


def _executions(environment: Environment) -> list[str]:
    """The names of all of the workflow's."""
    pages = environment.client("stepfunctions").get_paginator("list_executions")
    machine = environment.output("AnalyticsStack", "StateMachineArn")
    return [
        str(execution["name"])
        for page in pages.paginate(stateMachineArn=machine)
        for execution in page["executions"]
    ]


def test_fifty_jobs_at_once_all_succeed_each_once(
    environment: Environment, client_of_its_own: tuple[str, Api]
) -> None:
    owner, api = client_of_its_own
    told: Counter[str] = Counter()
    with subscribed(environment, environment.output("AnalyticsStack", "JobTopicArn")) as messages:
        with ThreadPoolExecutor(JOBS) as pool:
            job_ids = list(pool.map(lambda _: _submit(environment, api.key), range(JOBS)))
        assert len(set(job_ids)) == JOBS
        assert _statuses(api) == {"SUCCEEDED": JOBS}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not set(job_ids) <= told.keys() and time.monotonic() < deadline:
            told.update(message["body"]["jobId"] for message in messages.received())
    assert {told[job_id] for job_id in job_ids} == {1}

    assert {item["jobId"]["S"] for item in _items(environment, owner)} == set(job_ids)
    executed = Counter(name for name in _executions(environment) if name in job_ids)
    assert executed == dict.fromkeys(job_ids, 1)
    workflow = Workflow.deployed(environment)
    for job_id in job_ids:
        states = workflow.ended(job_id).states
        assert len(states) == len(set(states))
        assert states[-1] == "NotifyCompletion"
