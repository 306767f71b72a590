"""Deploys the stacks to the local environment, and only when something changed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local import guard
from local.cdk import Cdk
from local.progress import Progress
from local.stacks import STACKS, TOOLKIT, is_complete, settle, stack_state
from local.state import API_STAGE, Environment, write_json

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient


def deploy(environment: Environment, progress: Progress) -> None:
    """Brings the environment to what the CDK app says now.

    A deployment that would change nothing is left out: LocalStack already has those templates.

    Raises:
        CdkError: synthesis or deployment failed.
        RefusedError: the deployment would go anywhere but to LocalStack on loopback.
    """
    cdk = Cdk(environment=environment)
    variables = cdk.deployment_variables()
    guard.check_local_deployment(variables)
    fingerprint, anew = cdk.synthesize()
    progress.step("CDK app synthesized" if anew else "CDK app is as it was synthesized last")
    record = environment.directory / "deployment.json"
    cloudformation: CloudFormationClient = environment.client("cloudformation")
    if _is_deployed(record, fingerprint, cloudformation):
        progress.step("Stacks are up to date")
        return
    record.unlink(missing_ok=True)
    settle(cloudformation)
    if not is_complete(stack_state(cloudformation, TOOLKIT)):
        cdk.bootstrap(variables)
        progress.step("CDK bootstrapped")
    cdk.deploy(variables)
    _publish_api(environment)
    states = {stack: stack_state(cloudformation, stack) for stack in STACKS}
    write_json(record, {"fingerprint": fingerprint, "stacks": states})
    progress.step(f"Stacks deployed: {', '.join(STACKS)}")


def _is_deployed(record: Path, fingerprint: str, client: "CloudFormationClient") -> bool:
    """Whether the last deployment was the same, and its stacks are still there untouched.

    A stack's id is a new one in each LocalStack, so a record from before a restart never fits.
    """
    try:
        last: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    states = {stack: stack_state(client, stack) for stack in STACKS}
    return (
        last.get("fingerprint") == fingerprint
        and last.get("stacks") == states
        and all(map(is_complete, states.values()))
    )


def _publish_api(environment: Environment) -> None:
    """Makes the API's stage serve what was deployed.

    LocalStack's stack update leaves the stage with the deployment it had, which may be gone; then
    the API answers 404. A deployment that names its stage would make that anew, without its
    settings.
    """
    client: APIGatewayClient = environment.client("apigateway")
    api = environment.output("AnalyticsStack", "ApiId")
    deployment = client.create_deployment(restApiId=api)["id"]
    client.update_stage(
        restApiId=api,
        stageName=API_STAGE,
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}],
    )
