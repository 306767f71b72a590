"""What API Gateway checks of a request's body before any function runs.

The form alone: which operations there are and what parameters they take is checked by the
function, whose answer names the nearest operation and points at each wrong parameter.
"""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk.aws_apigateway import JsonSchema, JsonSchemaType
from constructs import Construct

OPERATION = JsonSchema(type=JsonSchemaType.STRING, min_length=1, max_length=100)
PARAMETERS = JsonSchema(type=JsonSchemaType.OBJECT)


class RequestModels(Construct):
    """The models of the bodies, and the validator that applies them."""

    def __init__(self, scope: Construct, construct_id: str, *, api: apigateway.RestApi) -> None:
        super().__init__(scope, construct_id)
        self.validator = api.add_request_validator(
            "BodyValidator", request_validator_name="body", validate_request_body=True
        )
        question = {"operation": OPERATION, "parameters": PARAMETERS}
        self.question = _model(api, "Question", question)
        text = JsonSchema(type=JsonSchemaType.STRING)
        self.job = _model(api, "Job", {**question, "format": text, "name": text})


def _model(
    api: apigateway.RestApi, name: str, properties: dict[str, JsonSchema]
) -> apigateway.Model:
    return api.add_model(
        name,
        model_name=name,
        content_type="application/json",
        schema=JsonSchema(
            schema=apigateway.JsonSchemaVersion.DRAFT4,
            title=name,
            type=JsonSchemaType.OBJECT,
            required=["operation"],
            properties=properties,
        ),
    )
