"""The deployed function rotates the environment's own secrets.

Each ends with the password that it has: all other tests log in with it.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local.state import Environment

FUNCTION = "data-pipeline-password-rotation"


@pytest.fixture(params=["Owner", "Writer", "Reader"])
def secret(environment: Environment, request: pytest.FixtureRequest) -> Iterator[str]:
    name = environment.output("DataPipelineStack", f"{request.param}SecretId")
    yield name
    environment.client("secretsmanager").cancel_rotate_secret(SecretId=name)


@pytest.fixture
def empty_version(environment: Environment, secret: str) -> str:
    """A version without a value, as Secrets Manager makes it for a rotation.

    The function that it calls then is one that takes no notice of rotations.
    """
    token = str(uuid.uuid4())
    environment.client("secretsmanager").rotate_secret(
        SecretId=secret,
        ClientRequestToken=token,
        RotationLambdaARN=environment.output("DataPipelineStack", "MigratorFunctionName"),
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    return token


def do(environment: Environment, step: str, secret: str, token: str) -> None:
    event = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
    answer = environment.client("lambda").invoke(
        FunctionName=FUNCTION, Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def value(environment: Environment, secret: str, **version: str) -> Any:
    found = environment.client("secretsmanager").get_secret_value(SecretId=secret, **version)
    return json.loads(found["SecretString"])


def test_secret_goes_through_all_steps(
    environment: Environment, secret: str, empty_version: str
) -> None:
    before = value(environment, secret)
    do(environment, "createSecret", secret, empty_version)
    made = value(environment, secret, VersionId=empty_version, VersionStage="AWSPENDING")
    assert made["password"] != before["password"]
    assert {**made, "password": ""} == {**before, "password": ""}

    same = str(uuid.uuid4())
    environment.client("secretsmanager").put_secret_value(
        SecretId=secret,
        ClientRequestToken=same,
        SecretString=json.dumps(before),
        VersionStages=["AWSPENDING"],
    )
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        do(environment, step, secret, same)
    assert value(environment, secret, VersionId=same, VersionStage="AWSCURRENT") == before
