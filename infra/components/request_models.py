"""What API Gateway checks of a request's body before any function runs.

The form alone, generated from the models of all operations' parameters as the OpenAPI document is:
an object, its members and their types. Which operations there are and what parameters they take is
checked by the function with those same models; its answer names the nearest operation and points at
each wrong parameter, where API Gateway's would say that no variant fits.
"""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk.aws_apigateway import JsonSchema, JsonSchemaType
from constructs import Construct

from infra.openapi.schemas import common_form


class RequestModels(Construct):
    """The models of the bodies, and the validator that applies them."""

    def __init__(self, scope: Construct, construct_id: str, *, api: apigateway.RestApi) -> None:
        super().__init__(scope, construct_id)
        self.validator = api.add_request_validator(
            "BodyValidator", request_validator_name="body", validate_request_body=True
        )
        self.question = _model(api, "Question", "Question")
        self.job = _model(api, "Job", "JobSubmission")


def _model(api: apigateway.RestApi, name: str, kind: str) -> apigateway.Model:
    form = common_form(kind)
    return api.add_model(
        name,
        model_name=name,
        content_type="application/json",
        schema=JsonSchema(
            schema=apigateway.JsonSchemaVersion.DRAFT4,
            title=name,
            type=JsonSchemaType.OBJECT,
            properties={
                member: JsonSchema(type=_types(found["type"]))
                for member, found in form["properties"].items()
            },
        ),
    )


def _types(names: list[str]) -> JsonSchemaType | list[JsonSchemaType]:
    types = [JsonSchemaType(name.upper()) for name in names]
    return types[0] if len(types) == 1 else types
