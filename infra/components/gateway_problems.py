"""API Gateway's own errors as problem documents (RFC 9457), readable for pages of any origin."""

import json
from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_apigateway as apigateway
from aws_cdk.aws_apigateway import ResponseType

# Replaced by API Gateway; this variable brings its own quotes.
MESSAGE: Final = "$context.error.messageString"


@dataclass(frozen=True, kw_only=True)
class GatewayProblem:
    """What API Gateway answers in one case.

    Without a detail, API Gateway's own message is the detail; without a status, so is its status.
    """

    type: ResponseType
    kind: str
    title: str
    status: int | None
    detail: str | None = None

    def template(self) -> str:
        """The body, in which API Gateway replaces its variables and no more."""
        status = {} if self.status is None else {"status": self.status}
        problem = {
            "type": f"/problems/{self.kind}",
            "title": self.title,
            **status,
            "detail": self.detail or MESSAGE,
            "instance": "$context.path",
            "requestId": "$context.requestId",
        }
        body = json.dumps(problem)
        return body.replace(f'"{MESSAGE}"', MESSAGE)


PROBLEMS: Final = (
    GatewayProblem(
        type=ResponseType.BAD_REQUEST_BODY,
        kind="invalid-request",
        title="Invalid request",
        status=400,
        detail="The body has not the form it must have: $context.error.validationErrorString",
    ),
    GatewayProblem(
        type=ResponseType.BAD_REQUEST_PARAMETERS,
        kind="invalid-request",
        title="Invalid request",
        status=400,
    ),
    GatewayProblem(
        type=ResponseType.INVALID_API_KEY,
        kind="invalid-api-key",
        title="Invalid API key",
        status=403,
        detail="Send a valid key in the header x-api-key.",
    ),
    GatewayProblem(
        type=ResponseType.ACCESS_DENIED, kind="access-denied", title="Access denied", status=403
    ),
    GatewayProblem(
        type=ResponseType.WAF_FILTERED, kind="access-denied", title="Access denied", status=403
    ),
    # API Gateway says this of every route that does not exist.
    GatewayProblem(
        type=ResponseType.MISSING_AUTHENTICATION_TOKEN,
        kind="not-found",
        title="Not found",
        status=404,
        detail="There is no such route, or it does not answer this method.",
    ),
    GatewayProblem(
        type=ResponseType.RESOURCE_NOT_FOUND,
        kind="not-found",
        title="Not found",
        status=404,
        detail="There is no such route.",
    ),
    GatewayProblem(
        type=ResponseType.REQUEST_TOO_LARGE,
        kind="request-too-large",
        title="Request too large",
        status=413,
    ),
    GatewayProblem(
        type=ResponseType.UNSUPPORTED_MEDIA_TYPE,
        kind="unsupported-media-type",
        title="Unsupported media type",
        status=415,
        detail="Send the body as application/json.",
    ),
    GatewayProblem(
        type=ResponseType.THROTTLED,
        kind="too-many-requests",
        title="Too many requests",
        status=429,
        detail="This key sends requests faster than its plan allows. Wait a second.",
    ),
    GatewayProblem(
        type=ResponseType.QUOTA_EXCEEDED,
        kind="quota-exceeded",
        title="Quota exceeded",
        status=429,
        detail="This key has used up its requests for today.",
    ),
    GatewayProblem(
        type=ResponseType.API_CONFIGURATION_ERROR,
        kind="internal-error",
        title="Internal error",
        status=500,
    ),
    GatewayProblem(
        type=ResponseType.INTEGRATION_FAILURE,
        kind="bad-gateway",
        title="No answer",
        status=502,
        detail="The service behind this route failed. Try again.",
    ),
    GatewayProblem(
        type=ResponseType.INTEGRATION_TIMEOUT,
        kind="gateway-timeout",
        title="Answer took too long",
        status=504,
        detail="The answer took too long. Run the query as a job with POST /analytics/jobs.",
    ),
    # Whatever has no entry of its own.
    GatewayProblem(
        type=ResponseType.DEFAULT_4_XX, kind="bad-request", title="Bad request", status=None
    ),
    GatewayProblem(
        type=ResponseType.DEFAULT_5_XX, kind="internal-error", title="Internal error", status=None
    ),
)


def add_gateway_problems(api: apigateway.RestApi, *, cors_origin: str) -> None:
    """Makes every answer that API Gateway gives by itself a problem document."""
    for problem in PROBLEMS:
        api.add_gateway_response(
            f"Problem{problem.type.response_type}",
            type=problem.type,
            status_code=None if problem.status is None else str(problem.status),
            response_headers={
                "Content-Type": "'application/problem+json'",
                "Access-Control-Allow-Origin": f"'{cors_origin}'",
            },
            templates={"application/json": problem.template()},
        )
