"""The status of a job, answered from DynamoDB by API Gateway itself.

No function runs, so a client that polls costs next to nothing and adds no load.
"""

import json
from pathlib import Path
from typing import Final

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

REQUEST_TEMPLATE: Final = Path(__file__).with_name("job_status.request.vtl")
RESPONSE_TEMPLATE: Final = Path(__file__).with_name("job_status.response.vtl")
HEADERS: Final = ("Content-Type", "Access-Control-Allow-Origin", "Cache-Control")


def add_job_status(
    job: apigateway.Resource, *, table: dynamodb.Table, cors_origin: str
) -> apigateway.Method:
    """Adds GET to the resource of one job.

    DynamoDB leaves out jobs of another key, and items that are no jobs. One that has expired is
    gone, whether its item is removed yet or not.
    """
    integration = apigateway.AwsIntegration(
        service="dynamodb",
        action="Query",
        options=apigateway.IntegrationOptions(
            credentials_role=_reader_role(job, table),
            passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
            request_templates={
                "application/json": REQUEST_TEMPLATE.read_text().replace(
                    "@table@", table.table_name
                )
            },
            integration_responses=[
                _response("200", RESPONSE_TEMPLATE.read_text(), "application/json", cors_origin),
                _response(
                    "503",
                    _unavailable(),
                    "application/problem+json",
                    cors_origin,
                    selection_pattern=r"[45]\d{2}",
                ),
            ],
        ),
    )
    return job.add_method(
        "GET",
        integration,
        api_key_required=True,
        method_responses=[
            apigateway.MethodResponse(
                status_code=status,
                response_parameters={f"method.response.header.{name}": True for name in HEADERS},
            )
            for status in ("200", "404", "410", "503")
        ],
    )


def _reader_role(scope: Construct, table: dynamodb.Table) -> iam.Role:
    role = iam.Role(
        scope, "StatusRole", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com")
    )
    role.add_to_policy(iam.PolicyStatement(actions=["dynamodb:Query"], resources=[table.table_arn]))
    return role


def _response(
    status: str,
    template: str,
    content_type: str,
    cors_origin: str,
    selection_pattern: str | None = None,
) -> apigateway.IntegrationResponse:
    values = (content_type, cors_origin, "no-store")
    return apigateway.IntegrationResponse(
        status_code=status,
        selection_pattern=selection_pattern,
        response_templates={"application/json": template},
        response_parameters={
            f"method.response.header.{name}": f"'{value}'"
            for name, value in zip(HEADERS, values, strict=True)
        },
    )


def _unavailable() -> str:
    """DynamoDB refused or failed; what it said is no client's business."""
    return json.dumps(
        {
            "type": "/problems/jobs-unavailable",
            "title": "Jobs unavailable",
            "status": 503,
            "detail": "The state of the job can't be read now. Try again in a few seconds.",
            "instance": "$context.path",
            "requestId": "$context.requestId",
        }
    )
