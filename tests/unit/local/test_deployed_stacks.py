"""Protection against removal, which LocalStack does not keep."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra import deployed_stacks
from local.guard import RefusedError


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "cloudformation",
        region_name="eu-central-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
    )


@pytest.fixture
def cloudformation(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber


def add_stack(cloudformation: Stubber, name: str, *, protected: bool) -> None:
    stack = {
        "StackName": name,
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": datetime(2026, 11, 1, tzinfo=UTC),
        "EnableTerminationProtection": protected,
    }
    cloudformation.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": name})


def test_protected_stack_is_refused_with_the_command_that_ends_it(
    client: Any, cloudformation: Stubber
) -> None:
    add_stack(cloudformation, "AnalyticsStack", protected=False)
    add_stack(cloudformation, "DataPipelineStack", protected=True)
    with pytest.raises(RefusedError, match=r"--no-enable.* --stack-name DataPipelineStack"):
        deployed_stacks.check_unprotected(client)


def test_unprotected_stacks_may_be_removed(client: Any, cloudformation: Stubber) -> None:
    for name in deployed_stacks.STACKS:
        add_stack(cloudformation, name, protected=False)
    deployed_stacks.check_unprotected(client)
    cloudformation.assert_no_pending_responses()


def test_fault_of_the_platform_is_not_taken_for_a_missing_stack(
    client: Any, cloudformation: Stubber
) -> None:
    cloudformation.add_client_error("describe_stacks", "AccessDenied")
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        deployed_stacks.check_stage(client, "dev")
