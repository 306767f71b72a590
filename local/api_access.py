"""How a client reaches the deployed API and buckets of a local environment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.state import Environment

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient


@dataclass(frozen=True, kw_only=True)
class Access:
    """What a user needs to know to work with the environment."""

    api_url: str
    api_key: str
    raw_bucket: str
    results_bucket: str
    state_machine_arn: str

    def variables(self) -> dict[str, str]:
        """The same as shell variables."""
        return {
            "API_URL": self.api_url,
            "API_KEY": self.api_key,
            "RAW_BUCKET": self.raw_bucket,
            "RESULTS_BUCKET": self.results_bucket,
            "STATE_MACHINE_ARN": self.state_machine_arn,
        }


def access(environment: Environment) -> Access:
    """Reads it from the stacks' outputs and the API's key from API Gateway.

    Raises:
        EnvironmentNotRunning: nothing is deployed.
    """
    client: APIGatewayClient = environment.client("apigateway")
    key = client.get_api_key(
        apiKey=environment.output("AnalyticsStack", "ApiKeyId"), includeValue=True
    )
    return Access(
        api_url=environment.api_url,
        api_key=key["value"],
        raw_bucket=environment.output("DataPipelineStack", "RawBucketName"),
        results_bucket=environment.output("AnalyticsStack", "ResultsBucketName"),
        state_machine_arn=environment.output("AnalyticsStack", "StateMachineArn"),
    )
