"""What a deployment to AWS asks of what is deployed, asked of LocalStack."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
import requests

from infra import deploy, deployed_stacks, smoke_test
from infra.smoke_test import Deployed, SmokeTestError
from infra.target import Target
from local.guard import RefusedError
from local.state import Environment
from tests.integration.conftest import Api

ELSEWHERE = "eu-west-3"
LOAD = "SELECT records_inserted, records_updated, records_unchanged FROM loads WHERE key = :key"
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


@dataclass(frozen=True, kw_only=True)
class LocalTarget(Target):
    """The local environment in the place of an account of AWS."""

    environment: Environment

    def client(self, service: str, **_: Any) -> Any:
        return self.environment.client(service)


# Of the same record in one second, which smoke test's is newer is chance.
one_smoke_test_at_a_time = pytest.mark.xdist_group("deployed-data")


@pytest.fixture
def elsewhere(environment: Environment) -> Iterator[Any]:
    """CloudFormation in a region where nothing of the pipeline is."""
    client = boto3.client(
        "cloudformation",
        endpoint_url=environment.endpoint,
        region_name=ELSEWHERE,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    yield client
    client.delete_stack(StackName="AnalyticsStack")
    client.get_waiter("stack_delete_complete").wait(
        StackName="AnalyticsStack", WaiterConfig={"Delay": 1}
    )


@pytest.fixture
def deployed(environment: Environment) -> Iterator[Deployed]:
    with requests.Session() as http:
        http.trust_env = False
        yield smoke_test.of_outputs(
            environment.client, environment.outputs(), http, api_url=environment.api_url
        )


def create(client: Any, **more: Any) -> None:
    client.create_stack(StackName="AnalyticsStack", TemplateBody=TEMPLATE, **more)
    client.get_waiter("stack_create_complete").wait(
        StackName="AnalyticsStack", WaiterConfig={"Delay": 1}
    )


def test_stage_may_be_deployed_again(environment: Environment) -> None:
    deployed_stacks.check_stage(environment.client("cloudformation"), "local")


def test_stage_is_not_deployed_over_another(environment: Environment) -> None:
    with pytest.raises(RefusedError, match="is of stage 'local', not of 'prod'"):
        deployed_stacks.check_stage(environment.client("cloudformation"), "prod")


@pytest.mark.xdist_group("elsewhere")
def test_stage_is_deployed_where_none_is(elsewhere: Any) -> None:
    deployed_stacks.check_stage(elsewhere, "prod")
    deployed_stacks.check_unprotected(elsewhere)
    assert deployed_stacks.outputs(elsewhere) == {}


@pytest.mark.xdist_group("elsewhere")
def test_stage_is_not_deployed_over_what_is_no_stage(elsewhere: Any) -> None:
    create(elsewhere)
    with pytest.raises(RefusedError, match="of no stage of this pipeline"):
        deployed_stacks.check_stage(elsewhere, "dev")


def test_outputs_are_those_of_the_deployment(environment: Environment) -> None:
    found = deployed_stacks.outputs(environment.client("cloudformation"))
    deployed = environment.outputs()
    assert set(found) == set(deployed)
    for stack, values in found.items():
        assert values.items() <= deployed[stack].items()
        assert not {name for name in values if "Export" in name or name.startswith("RestApi")}


@one_smoke_test_at_a_time
def test_what_is_deployed_is_migrated_and_tried(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    chosen = LocalTarget(
        account="000000000000",
        region="us-east-1",
        session=boto3.Session(),
        environment=environment,
    )
    outputs = {name: dict(values) for name, values in environment.outputs().items()}
    outputs["AnalyticsStack"]["ApiUrl"] = f"{environment.api_url}/"

    deploy._migrate(chosen, outputs)
    deploy._try_out(chosen, outputs)

    said = capsys.readouterr().out
    assert "Database at 00" in said
    assert said.count("Smoke test: ") == 5


def key_of_file(lines: list[str]) -> str:
    """The key that a smoke test says it loaded."""
    (key,) = (line.split()[0] for line in lines if line.endswith("was loaded"))
    return key


@one_smoke_test_at_a_time
def test_smoke_test_passes_and_leaves_nothing_behind(deployed: Deployed, api: Api) -> None:
    lines = list(smoke_test.run(deployed))

    assert len(lines) == 5
    assert "succeeded, and its result is right" in lines[-1]
    key = key_of_file(lines)
    assert key.startswith(smoke_test.PREFIX)
    found = deployed.s3.list_object_versions(Bucket=deployed.raw_bucket, Prefix=key)
    assert "Versions" not in found
    assert "DeleteMarkers" not in found
    job_id = lines[-1].split()[0].rpartition("/")[2]
    assert api.get(f"analytics/jobs/{job_id}").status_code == 404
    jobs = deployed.dynamodb.scan(
        TableName=deployed.jobs_table,
        FilterExpression="contains(parametersJson, :key)",
        ExpressionAttributeValues={":key": {"S": key}},
    )
    assert jobs["Items"] == []


@one_smoke_test_at_a_time
def test_second_smoke_test_changes_no_data(deployed: Deployed, api: Api) -> None:
    list(smoke_test.run(deployed))
    key = key_of_file(list(smoke_test.run(deployed)))
    parameters = {"query": LOAD, "parameters": {"key": key}}
    answer = api.post(
        "analytics", json={"operation": "custom_complex_query", "parameters": parameters}
    )
    (row,) = answer.json()["rows"]
    assert row == {"records_inserted": 0, "records_updated": 0, "records_unchanged": 1}


@one_smoke_test_at_a_time
@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS found FROM unified_customers WHERE name = :name",
        "SELECT count(*) AS found FROM current_customers WHERE name = :name",
    ],
)
def test_record_of_the_smoke_test_is_deleted_from_the_start(
    deployed: Deployed, api: Api, query: str
) -> None:
    list(smoke_test.run(deployed))
    parameters = {"query": query, "parameters": {"name": smoke_test.RECORD["name"]}}
    answer = api.post(
        "analytics", json={"operation": "custom_complex_query", "parameters": parameters}
    )
    assert answer.json()["rows"] == [{"found": 0}]


def test_file_that_is_not_loaded_fails_the_smoke_test_and_is_removed(
    deployed: Deployed, unique: str
) -> None:
    deployed.s3.create_bucket(Bucket=unique)
    unconnected = replace(deployed, raw_bucket=unique, patience_seconds=2)
    with pytest.raises(SmokeTestError, match=r"crm-data/smoke-test/\S+ in the ledger within 2 s"):
        list(smoke_test.run(unconnected))
    deployed.s3.delete_bucket(Bucket=unique)


def test_wrong_key_fails_the_smoke_test(deployed: Deployed) -> None:
    deployed.http.headers["x-api-key"] = "wrong"
    with pytest.raises(SmokeTestError, match="access with the API's key"):
        list(smoke_test.run(replace(deployed, patience_seconds=2)))
