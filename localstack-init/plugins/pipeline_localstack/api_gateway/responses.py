"""Answers with the gateway responses that an API declares.

LocalStack 4.14.0 keeps them, and takes their status codes; templates and headers are a TODO in its
`handlers/gateway_exception.py`.
"""

import json
import logging
from typing import Any

from jsonschema.validators import validator_for
from localstack.http import Response
from localstack.services.apigateway.helpers import EMPTY_MODEL, ModelResolver
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    DEFAULT_GATEWAY_RESPONSES,
    BadRequestBodyError,
    BaseGatewayException,
    InternalServerError,
    get_gateway_response_or_default,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)

from pipeline_localstack.api_gateway import body_errors, templates

LOG = logging.getLogger(__name__)

_JSON = "application/json"
_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'

_handle_gateway_exception = GatewayExceptionHandler.__call__
_default_response = GatewayExceptionHandler.create_exception_response


def apply() -> None:
    """Replaces how errors are answered, for the life of this process."""
    GatewayExceptionHandler.__call__ = _handle
    GatewayExceptionHandler.set_error_context = staticmethod(_set_error)
    GatewayExceptionHandler.create_exception_response = _declared_response


def _handle(
    handler: GatewayExceptionHandler,
    chain: Any,
    exception: Exception,
    context: Any,
    response: Response,
) -> None:
    parsed = context.context_variables is not None
    if parsed and not isinstance(exception, BaseGatewayException):
        LOG.error("A request failed within API Gateway", exc_info=exception)
        exception = InternalServerError("Internal server error")
    _handle_gateway_exception(handler, chain, exception, context, response)


def _set_error(exception: BaseGatewayException, context: Any) -> None:
    wrong_body = isinstance(exception, BadRequestBodyError)
    context.context_variables["error"] = {
        "message": exception.message,
        "messageString": exception.message,
        "responseType": str(exception.type),
        "validationErrorString": _errors_of_body(context) if wrong_body else "",
    }


def _errors_of_body(context: Any) -> str:
    models = context.resource_method.get("requestModels") or {}
    name = models.get(_JSON, models.get("$default", EMPTY_MODEL))
    resolver = ModelResolver(rest_api_container=context.deployment.rest_api, model_name=name)
    schema = resolver.get_resolved_model() or {}
    try:
        body = json.loads(context.invocation_request.get("body") or "{}")
    except ValueError:
        return "[the body is no JSON]"
    return body_errors.described(validator_for(schema)(schema).iter_errors(body))


def _declared_response(
    handler: GatewayExceptionHandler, exception: BaseGatewayException, context: Any
) -> Response:
    declared = get_gateway_response_or_default(
        exception.type, context.deployment.rest_api.gateway_responses
    )
    if declared is DEFAULT_GATEWAY_RESPONSES.get(exception.type):
        return _default_response(handler, exception, context)
    variables = _variables(context)
    template = (declared.get("responseTemplates") or {}).get(_JSON, _DEFAULT_TEMPLATE)
    return Response(
        response=templates.body(template, variables),
        status=int(declared.get("statusCode") or exception.status_code or 500),
        headers={
            "Content-Type": _JSON,
            "x-amzn-ErrorType": exception.code,
            **templates.headers(declared.get("responseParameters") or {}, variables),
        },
    )


def _variables(context: Any) -> templates.Variables:
    request = context.invocation_request
    return templates.Variables(
        context=context.context_variables,
        stage=context.stage_variables or {},
        request={
            "header": request["headers"],
            "path": request.get("path_parameters") or {},
            "querystring": request.get("query_string_parameters") or {},
        },
    )
