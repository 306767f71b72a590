"""What API Gateway does for the REST API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from local.parity.control import Finding, Subject, enforced_if
from local.parity.workbench import SHORT_SECONDS, Workbench

API: Final = Subject("REST API")

_PROBLEM: Final = "application/problem+json"
_STATUS_ROUTE: Final = "/analytics/jobs/0"
_LARGEST_BODY: Final = 10 * 1024 * 1024


def _key_of_its_own(bench: Workbench, **limits: Any) -> str:
    client, name = bench.client("apigateway"), bench.name()
    output = bench.environment.output
    stage = {
        "apiId": output("AnalyticsStack", "ApiId"),
        "stage": output("AnalyticsStack", "ApiStage"),
    }
    plan = client.create_usage_plan(name=name, apiStages=[stage], **limits)["id"]
    bench.undo.callback(client.delete_usage_plan, usagePlanId=plan)
    key = client.create_api_key(name=name, enabled=True)
    bench.undo.callback(client.delete_api_key, apiKey=key["id"])
    client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return str(key["value"])


def _statuses(bench: Workbench, key: str, count: int) -> list[int]:
    headers = {"x-api-key": key}
    return [bench.request("GET", _STATUS_ROUTE, headers=headers).status_code for _ in range(count)]


@contextmanager
def _api_of_its_own(bench: Workbench, function: str, **integration: Any) -> Iterator[str]:
    """The address of an API whose root hands its requests to a function."""
    client = bench.client("apigateway")
    api = client.create_rest_api(name=bench.name())["id"]
    try:
        root = client.get_resources(restApiId=api)["items"][0]["id"]
        place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        client.put_method(**place, authorizationType="NONE")
        arn = bench.function_arn(function)
        client.put_integration(
            **place,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
            **integration,
        )
        client.create_deployment(restApiId=api, stageName="probe")
        yield f"{bench.environment.endpoint}/_aws/execute-api/{api}/probe/"
    finally:
        client.delete_rest_api(restApiId=api)


@API.control(
    "API keys",
    probed="a request without a key, and one with a wrong key",
    on_aws="refused with 403",
)
def _api_keys(bench: Workbench) -> Finding:
    answers = [
        bench.request("GET", _STATUS_ROUTE, headers=headers).status_code
        for headers in ({}, {"x-api-key": "wrong"})
    ]
    return enforced_if(answers == [403, 403])


@API.control(
    "Rate and burst of a usage plan",
    probed="two requests with a key whose plan has a burst of one",
    on_aws="the second is refused with 429",
)
def _throttling(bench: Workbench) -> Finding:
    key = _key_of_its_own(bench, throttle={"rateLimit": 0.01, "burstLimit": 1})
    return enforced_if(_statuses(bench, key, 2) == [404, 429])


@API.control(
    "Quota of a usage plan",
    probed="two requests with a key whose plan has one a month",
    on_aws="the second is refused with 429",
)
def _quota(bench: Workbench) -> Finding:
    key = _key_of_its_own(bench, quota={"limit": 1, "period": "MONTH"})
    return enforced_if(_statuses(bench, key, 2) == [404, 429])


@API.control(
    "Request models",
    probed="a body whose `operation` is a number",
    on_aws="refused with 400, before a function runs",
)
def _request_models(bench: Workbench) -> Finding:
    answer = bench.request("POST", "/analytics", json={"operation": 1})
    refused_at_gateway = "x-amzn-errortype" in answer.headers
    return enforced_if(answer.status_code == 400 and refused_at_gateway)


@API.control(
    "Gateway responses",
    probed="a route that does not exist: status, content type, headers and body of the error",
    on_aws="as the template declares them",
)
def _gateway_responses(bench: Workbench) -> Finding:
    answer = bench.request("GET", "/nowhere")
    return enforced_if(
        answer.status_code == 404
        and answer.headers["Content-Type"] == _PROBLEM
        and answer.json()["type"] == "/problems/not-found"
    )


@API.control(
    "CORS",
    probed="a preflight request, and the headers of an error",
    on_aws="pages of the stage's origin may send requests, and read errors too",
)
def _cors(bench: Workbench) -> Finding:
    origin = {"Origin": "https://example.com"}
    preflight = bench.request("OPTIONS", "/analytics", headers=origin)
    error = bench.request("GET", "/analytics", headers=origin)
    allowed = preflight.headers.get("Access-Control-Allow-Headers", "").lower()
    return enforced_if(
        "x-api-key" in allowed and error.headers.get("Access-Control-Allow-Origin") == "*"
    )


@API.control(
    "Size of a request",
    probed="a body of one byte more than 10 MiB",
    on_aws="refused with 413",
)
def _size(bench: Workbench) -> Finding:
    answer = bench.request("POST", "/analytics", data=b" " * (_LARGEST_BODY + 1))
    return enforced_if(answer.status_code == 413)


@API.control(
    "Timeout of an integration",
    probed="a function that takes a second, behind an integration with a timeout of 100 ms",
    on_aws="answered with 504 (29 s unless set otherwise)",
)
def _integration_timeout(bench: Workbench) -> Finding:
    function = bench.function("wait", Environment={"Variables": {"SECONDS": "1"}})
    with _api_of_its_own(bench, function, timeoutInMillis=100) as address:
        return enforced_if(bench.fetch("GET", address).status_code == 504)


@API.control(
    "Permission to invoke a function",
    probed="an API in front of a function whose policy does not name it",
    on_aws="answered with 500",
)
def _permission(bench: Workbench) -> Finding:
    function = bench.function("wait", Environment={"Variables": {"SECONDS": "0"}})
    with _api_of_its_own(bench, function) as address:
        return enforced_if(bench.fetch("GET", address).status_code == 500)


@API.control(
    "Compression",
    probed="the OpenAPI document, asked for with `Accept-Encoding: gzip`",
    on_aws="answers of 1 KiB and more are compressed",
)
def _compression(bench: Workbench) -> Finding:
    answer = bench.request("GET", "/openapi.json", headers={"Accept-Encoding": "gzip"})
    return enforced_if(answer.headers.get("Content-Encoding") == "gzip")


@API.control(
    "Access log",
    probed="a request, then the events in `/aws/apigateway/data-pipeline`",
    on_aws="a line for each request",
)
def _access_log(bench: Workbench) -> Finding:
    bench.request("GET", "/health")
    logs = bench.client("logs")

    def written() -> bool:
        group = "/aws/apigateway/data-pipeline"
        return bool(logs.describe_log_streams(logGroupName=group)["logStreams"])

    return enforced_if(bench.happens(written, within=SHORT_SECONDS))


@API.control(
    "HTTPS alone",
    probed="a request over plain HTTP",
    on_aws="no such port",
)
def _https(bench: Workbench) -> Finding:
    address = bench.reached.api_url.replace("https://", "http://")
    return enforced_if(not bench.fetch("GET", f"{address}/health").ok)


@API.control(
    "Web firewall",
    probed="a call of AWS WAF's API",
    on_aws="`prod` has managed rules, and a limit of requests from one address",
)
def _firewall(bench: Workbench) -> Finding:
    wafv2 = bench.client("wafv2")
    return enforced_if(bench.offers(wafv2.list_web_acls, Scope="REGIONAL"))
