"""Makes CloudFormation's updates of API Gateway's resources real.

LocalStack 4.14.0 reports success for them, yet leaves models, gateway responses and stages as they
were, and loses the integration responses of a method. After an update the API would answer as
before, or with an error. Each function here takes the place of a resource provider's `update`.
"""

import json
from collections.abc import Callable
from typing import Any

from localstack.services.apigateway.resource_providers.aws_apigateway_gatewayresponse import (
    ApiGatewayGatewayResponseProvider,
)
from localstack.services.apigateway.resource_providers.aws_apigateway_method import (
    ApiGatewayMethodProvider,
)
from localstack.services.apigateway.resource_providers.aws_apigateway_model import (
    ApiGatewayModelProvider,
)
from localstack.services.apigateway.resource_providers.aws_apigateway_stage import (
    ApiGatewayStageProvider,
)
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

type Update = Callable[[Any, ResourceRequest[Any]], ProgressEvent[Any]]


def apply() -> None:
    """Replaces the updates for the life of this process."""
    updates: dict[type[ResourceProvider[Any]], Update] = {
        ApiGatewayMethodProvider: _put_method_again,
        ApiGatewayGatewayResponseProvider: _put_gateway_response_again,
        ApiGatewayModelProvider: _change_schema,
        ApiGatewayStageProvider: _serve_deployment,
    }
    for provider, update in updates.items():
        provider.update = update


def _put_method_again(
    provider: ApiGatewayMethodProvider, request: ResourceRequest[Any]
) -> ProgressEvent[Any]:
    """A method has no identity beside its route, and no client sees it before it is deployed."""
    provider.delete(request)
    return provider.create(request)


def _put_gateway_response_again(
    provider: ApiGatewayGatewayResponseProvider, request: ResourceRequest[Any]
) -> ProgressEvent[Any]:
    """Putting replaces what is there; the id stays, so that CloudFormation knows it again."""
    event = provider.create(request)
    event.resource_model["Id"] = request.previous_state["Id"]
    return event


def _change_schema(
    _provider: ApiGatewayModelProvider, request: ResourceRequest[Any]
) -> ProgressEvent[Any]:
    model = request.desired_state
    request.aws_client_factory.apigateway.update_model(
        restApiId=model["RestApiId"],
        modelName=model["Name"],
        patchOperations=[_replace("/schema", json.dumps(model.get("Schema", {})))],
    )
    return _success(request)


def _serve_deployment(
    _provider: ApiGatewayStageProvider, request: ResourceRequest[Any]
) -> ProgressEvent[Any]:
    model = request.desired_state
    request.aws_client_factory.apigateway.update_stage(
        restApiId=model["RestApiId"],
        stageName=model["StageName"],
        patchOperations=[_replace("/deploymentId", model["DeploymentId"])],
    )
    return _success(request)


def _replace(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _success(request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    return ProgressEvent(
        status=OperationStatus.SUCCESS,
        resource_model={**request.previous_state, **request.desired_state},
        custom_context=request.custom_context,
    )
