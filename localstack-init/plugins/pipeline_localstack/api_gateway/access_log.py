"""Writes the access log that a stage asks for.

LocalStack 4.14.0 writes none, and its CloudFormation drops the setting:
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

import time
import uuid
from functools import cache
from typing import Any, Final, NamedTuple

from localstack.aws.connect import connect_to
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.resource_providers.aws_apigateway_stage import (
    ApiGatewayStageProvider,
)

from pipeline_localstack.api_gateway import templates
from pipeline_localstack.batches import Batches

_SETTINGS: Final = {"DestinationArn": "destinationArn", "Format": "format"}

_process = RestApiGateway.process_with_context
_create_stage = ApiGatewayStageProvider.create


class _Group(NamedTuple):
    """A log group."""

    account: str
    region: str
    name: str


def apply() -> None:
    """Writes a line for each request, for the life of this process."""
    RestApiGateway.process_with_context = _process_and_log
    ApiGatewayStageProvider.create = _create_stage_with_log


def _create_stage_with_log(provider: ApiGatewayStageProvider, request: Any) -> Any:
    event = _create_stage(provider, request)
    stage = event.resource_model
    if settings := stage.get("AccessLogSetting"):
        request.aws_client_factory.apigateway.update_stage(
            restApiId=stage["RestApiId"],
            stageName=stage["StageName"],
            patchOperations=[
                {"op": "replace", "path": f"/accessLogSettings/{path}", "value": settings[name]}
                for name, path in _SETTINGS.items()
            ],
        )
    return event


def _process_and_log(gateway: RestApiGateway, context: Any, response: Any) -> None:
    started = time.monotonic()
    _process(gateway, context, response)
    settings = (context.stage_configuration or {}).get("accessLogSettings")
    if not settings or context.context_variables is None:
        return
    known = {
        **context.context_variables,
        "status": response.status_code,
        "responseLength": len(response.data),
        "responseLatency": round((time.monotonic() - started) * 1000),
    }
    variables = templates.Variables(context=known, absent="-")
    line = templates.body(settings["format"], variables)
    name = settings["destinationArn"].partition(":log-group:")[2].removesuffix(":*")
    event = {"timestamp": int(time.time() * 1000), "message": line}
    _batches.add(_Group(context.account_id, context.region, name), [event])


def _write(group: _Group, events: list[dict[str, Any]]) -> None:
    client = connect_to(aws_access_key_id=group.account, region_name=group.region).logs
    client.put_log_events(
        logGroupName=group.name,
        logStreamName=_stream(group),
        logEvents=sorted(events, key=lambda event: int(event["timestamp"])),
    )


@cache
def _stream(group: _Group) -> str:
    """A stream of this process's own."""
    name = uuid.uuid4().hex
    client = connect_to(aws_access_key_id=group.account, region_name=group.region).logs
    client.create_log_stream(logGroupName=group.name, logStreamName=name)
    return name


_batches = Batches("api-access-log", _write)
