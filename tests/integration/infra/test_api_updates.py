"""A second deployment of an API must change what the API answers, locally too."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.state import Environment
from tests.integration.conftest import TIMEOUT_SECONDS


def template(word: str) -> dict[str, Any]:
    """An API whose one route answers with the word, after a new deployment for each word."""
    api = {"Ref": "Api"}
    method = {
        "RestApiId": api,
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "POST",
        "AuthorizationType": "NONE",
        "RequestModels": {"application/json": {"Ref": "Model"}},
        "RequestValidatorId": {"Ref": "Validator"},
        "Integration": {
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 200}'},
            "IntegrationResponses": [
                {"StatusCode": "200", "ResponseTemplates": {"application/json": word}}
            ],
        },
        "MethodResponses": [{"StatusCode": "200"}],
    }
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": [word],
    }
    resources: dict[str, tuple[str, dict[str, Any]]] = {
        "Api": ("RestApi", {"Name": "updated"}),
        "Model": (
            "Model",
            {
                "RestApiId": api,
                "Name": "Body",
                "ContentType": "application/json",
                "Schema": schema,
            },
        ),
        "Validator": ("RequestValidator", {"RestApiId": api, "ValidateRequestBody": True}),
        "Method": ("Method", method),
        "Refusal": (
            "GatewayResponse",
            {
                "RestApiId": api,
                "ResponseType": "BAD_REQUEST_BODY",
                "ResponseTemplates": {"application/json": word},
            },
        ),
        f"Deployment{word}": ("Deployment", {"RestApiId": api}),
        "Stage": (
            "Stage",
            {"RestApiId": api, "StageName": "live", "DeploymentId": {"Ref": f"Deployment{word}"}},
        ),
    }
    described: dict[str, dict[str, Any]] = {
        name: {"Type": f"AWS::ApiGateway::{kind}", "Properties": properties}
        for name, (kind, properties) in resources.items()
    }
    described[f"Deployment{word}"] |= {
        "DependsOn": ["Method", "Model", "Refusal"],
        "DeletionPolicy": "Retain",
    }
    return {"Resources": described, "Outputs": {"ApiId": {"Value": api}}}


@pytest.fixture
def stack(environment: Environment, unique: str) -> Iterator[str]:
    """The name of a stack that is deleted afterwards."""
    name = f"updates-{unique}"
    yield name
    environment.client("cloudformation").delete_stack(StackName=name)


def test_updated_api_answers_anew(environment: Environment, stack: str) -> None:
    cloudformation = environment.client("cloudformation")
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template("first")))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1}
    )
    api = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"][0]["OutputValue"]
    assert _post(environment, api, {"first": 1}) == (200, "first")

    cloudformation.update_stack(StackName=stack, TemplateBody=json.dumps(template("second")))
    cloudformation.get_waiter("stack_update_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1}
    )
    assert _post(environment, api, {"second": 1}) == (200, "second")
    assert _post(environment, api, {"first": 1})[0] == 400
    refusal = environment.client("apigateway").get_gateway_response(
        restApiId=api, responseType="BAD_REQUEST_BODY"
    )
    assert refusal["responseTemplates"] == {"application/json": "second"}


def _post(environment: Environment, api: str, body: object) -> tuple[int, str]:
    url = f"{environment.endpoint}/_aws/execute-api/{api}/live"
    answer = requests.post(url, json=body, timeout=TIMEOUT_SECONDS)
    return answer.status_code, answer.text
