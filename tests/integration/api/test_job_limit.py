"""How many unfinished jobs a key may have, as the deployed API counts them."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local.state import Environment
from tests.integration.conftest import Api

LIMIT = 100
# Ids of another year: their jobs were never stored.
LOST = [f"018f0000-0000-7000-8000-{number:012x}" for number in range(LIMIT)]


@pytest.fixture
def key(environment: Environment) -> Iterator[dict[str, Any]]:
    """A key that nobody else uses."""
    gateway = environment.client("apigateway")
    known = environment.output("AnalyticsStack", "ApiKeyId")
    (plan,) = gateway.get_usage_plans(keyId=known)["items"]
    made: dict[str, Any] = gateway.create_api_key(name=f"test-{uuid.uuid4().hex}", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=made["id"], keyType="API_KEY")
    yield made
    gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=made["id"])
    gateway.delete_api_key(apiKey=made["id"])


def test_jobs_that_are_lost_do_not_count(environment: Environment, key: dict[str, Any]) -> None:
    environment.client("dynamodb").put_item(
        TableName=environment.output("AnalyticsStack", "JobsTableName"),
        Item={"jobId": {"S": f"slots#{key['id']}"}, "jobs": {"SS": LOST}},
    )
    with Api(environment.api_url, key["value"]) as api:
        answer = api.post(
            "/analytics/jobs", json={"operation": "simple_demo"}, headers={"Prefer": "wait=20"}
        )
    assert answer.status_code == 200, answer.text
