"""Holds requests to the limits that LocalStack 4.14.0 leaves out: usage plans, and size."""

import time
from typing import Any, Final

from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    QuotaExceededError,
    RequestTooLargeError,
    ThrottledError,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.api_key_validation import (
    ApiKeyValidationHandler,
)
from localstack.services.apigateway.next_gen.execute_api.moto_helpers import (
    get_usage_plan_keys,
    get_usage_plans,
)

from pipeline_localstack.api_gateway.usage import Refusal, Usage

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_LARGEST_BODY: Final = 10 * 1024 * 1024
_ERRORS: Final = {
    Refusal.THROTTLED: ThrottledError,
    Refusal.QUOTA_EXCEEDED: QuotaExceededError,
}

_usage = Usage()
_validate_key = ApiKeyValidationHandler.__call__


def apply() -> None:
    """Adds the limits, for the life of this process."""
    ApiKeyValidationHandler.__call__ = _validate_key_and_count
    handlers.preprocess_request.append(_refuse_large_body)


def _validate_key_and_count(
    handler: ApiKeyValidationHandler, chain: Any, context: Any, response: Any
) -> None:
    _validate_key(handler, chain, context, response)
    key_id = context.context_variables["identity"].get("apiKeyId")
    if not key_id:
        return
    for plan in _plans(context, key_id):
        refusal = _usage.refusal(plan, key_id, time.time())
        if refusal:
            raise _ERRORS[refusal](refusal.value)


def _plans(context: Any, key_id: str) -> list[dict[str, Any]]:
    """The usage plans that let the key use the stage."""
    place = {"account_id": context.account_id, "region_name": context.region}
    return [
        plan
        for plan in get_usage_plans(**place)
        if any(
            (one["apiId"], one["stage"]) == (context.api_id, context.stage)
            for one in plan["apiStages"]
        )
        and any(key["id"] == key_id for key in get_usage_plan_keys(plan["id"], **place))
    ]


def _refuse_large_body(_chain: Any, context: Any, _response: Any) -> None:
    if len(context.invocation_request["body"]) > _LARGEST_BODY:
        raise RequestTooLargeError(f"HTTP content length exceeded {_LARGEST_BODY} bytes.")
