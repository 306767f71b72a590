"""Routes, keys, models and API Gateway's own errors."""

import json
import re
from typing import Any

import pytest

from infra.components.gateway_problems import PROBLEMS
from tests.infra.conftest import StageTemplates

ROUTES = {
    ("GET", "/health"),
    ("GET", "/analytics"),
    ("POST", "/analytics"),
    ("GET", "/analytics/operations"),
    ("GET", "/analytics/jobs"),
    ("POST", "/analytics/jobs"),
    ("GET", "/analytics/jobs/{jobId}"),
    ("DELETE", "/analytics/jobs/{jobId}"),
    ("GET", "/analytics/jobs/{jobId}/result"),
    *(DOCUMENTATION := {("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/docs/{file}")}),
}
WITHOUT_KEY = {("GET", "/health"), *DOCUMENTATION}


def paths(templates: StageTemplates) -> dict[str, str]:
    """The path of each resource by its logical id."""
    resources = templates.resources("AWS::ApiGateway::Resource")

    def path(name: str) -> str:
        properties = resources[name]["Properties"]
        parent = properties["ParentId"].get("Ref")
        return f"{path(parent) if parent else ''}/{properties['PathPart']}"

    return {name: path(name) for name in resources}


def methods(templates: StageTemplates) -> dict[tuple[str, str], dict[str, Any]]:
    by_id = paths(templates)
    return {
        (
            method["HttpMethod"],
            by_id.get(method["ResourceId"].get("Ref", ""), "/"),
        ): method
        for method in templates.properties("AWS::ApiGateway::Method")
    }


def test_api_has_the_documented_routes(templates: StageTemplates) -> None:
    assert {route for route in methods(templates) if route[0] != "OPTIONS"} == ROUTES


def test_every_route_answers_preflight(templates: StageTemplates) -> None:
    preflight = {path for verb, path in methods(templates) if verb == "OPTIONS"}
    assert {path for _, path in ROUTES} <= preflight


def test_functions_allow_the_origin_that_the_gateway_allows(templates: StageTemplates) -> None:
    responses = templates.properties("AWS::ApiGateway::GatewayResponse")
    (allowed,) = {
        response["ResponseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        for response in responses
    }
    for name in ("data-pipeline-advanced-analytics", "data-pipeline-jobs"):
        variables = templates.functions()[name]["Environment"]["Variables"]
        assert allowed == f"'{variables['CORS_ORIGIN']}'"


def test_every_route_but_health_and_preflight_requires_a_key(templates: StageTemplates) -> None:
    for (verb, path), method in methods(templates).items():
        is_open = verb == "OPTIONS" or (verb, path) in WITHOUT_KEY
        assert method.get("ApiKeyRequired", False) is not is_open, (verb, path)


def test_keys_are_limited_by_a_plan(templates: StageTemplates) -> None:
    (plan,) = templates.properties("AWS::ApiGateway::UsagePlan")
    assert plan["Throttle"]["RateLimit"] > 0
    assert plan["Throttle"]["BurstLimit"] >= plan["Throttle"]["RateLimit"]
    assert plan["Quota"]["Period"] == "DAY"
    assert len(templates.resources("AWS::ApiGateway::UsagePlanKey")) == 1


def test_posted_bodies_are_checked(templates: StageTemplates) -> None:
    models = templates.resources("AWS::ApiGateway::Model")
    for path in ("/analytics", "/analytics/jobs"):
        method = methods(templates)["POST", path]
        assert method["RequestValidatorId"]
        model = models[method["RequestModels"]["application/json"]["Ref"]]
        schema = model["Properties"]["Schema"]
        assert schema["type"] == "object"
        assert schema["properties"]["operation"]["type"] == "string"
        assert schema["properties"]["parameters"]["type"] == "object"


def test_status_is_read_from_dynamodb_without_a_function(templates: StageTemplates) -> None:
    integration = methods(templates)["GET", "/analytics/jobs/{jobId}"]["Integration"]
    assert integration["Type"] == "AWS"
    assert ":dynamodb:action/Query" in json.dumps(integration["Uri"])


def test_access_log_holds_no_header_and_no_query(templates: StageTemplates) -> None:
    (stage,) = templates.properties("AWS::ApiGateway::Stage")
    variables = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSetting"]["Format"]))
    assert "identity.apiKey" not in variables
    assert not {name for name in variables if "header" in name or "querystring" in name}
    assert all(not settings["DataTraceEnabled"] for settings in stage["MethodSettings"])


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.type.response_type)
def test_gateway_errors_are_problem_documents(problem: Any) -> None:
    body = problem.template().replace("$context.error.messageString", '"quoted by the gateway"')
    document = json.loads(body)
    assert {"type", "title", "detail", "instance", "requestId"} <= set(document)
    assert document.get("status") == problem.status


def test_gateway_errors_say_what_they_are_to_pages_of_any_origin(
    templates: StageTemplates,
) -> None:
    responses = templates.properties("AWS::ApiGateway::GatewayResponse")
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= {response["ResponseType"] for response in responses}
    for response in responses:
        headers = response["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert "gatewayresponse.header.Access-Control-Allow-Origin" in headers
