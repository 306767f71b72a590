"""What is deployed in an account and region: which stage, whether it is protected, its outputs."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from local.guard import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

# The one that needs the other comes first, as when they are removed.
STACKS: Final = ("AnalyticsStack", "DataPipelineStack")
STAGE_TAG: Final = "stage"
# Those that the CDK adds for itself: the stacks' references to each other, and the API's address
# under a name that nobody chose.
_GENERATED: Final = ("ExportsOutput", "RestApiEndpoint")


def check_stage(client: "CloudFormationClient", stage: str) -> None:
    """Lets a stage pass only to where it is already, or where none is.

    All stages have stacks of the same names, so one would otherwise replace the other.

    Raises:
        RefusedError: stacks of these names are there, and not of this stage.
        ClientError: CloudFormation could not be asked.
    """
    for name in STACKS:
        stack = _stack(client, name)
        if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            continue
        found = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}.get(STAGE_TAG)
        if found != stage:
            whose = f"of stage {found!r}" if found else "of no stage of this pipeline"
            raise RefusedError(
                f"{name} in this account and region is {whose}, not of {stage!r}: one account and "
                "region holds one stage, so choose another"
            )


def check_unprotected(client: "CloudFormationClient") -> None:
    """Lets stacks be removed only when nothing protects them.

    Raises:
        RefusedError: termination protection is on; the message says how to end it.
        ClientError: CloudFormation could not be asked.
    """
    for name in STACKS:
        stack = _stack(client, name)
        if stack is not None and stack.get("EnableTerminationProtection"):
            raise RefusedError(
                f"{name} is protected against removal. Whoever may decide so ends that with: "
                "aws cloudformation update-termination-protection "
                f"--no-enable-termination-protection --stack-name {name}"
            )


def outputs(client: "CloudFormationClient") -> dict[str, dict[str, str]]:
    """The outputs that are meant for people and programs, by stack.

    Raises:
        ClientError: CloudFormation could not be asked.
    """
    found: dict[str, dict[str, str]] = {}
    for name in STACKS:
        stack = _stack(client, name)
        if stack is not None:
            found[name] = {
                output["OutputKey"]: output["OutputValue"]
                for output in stack.get("Outputs", [])
                if not output["OutputKey"].startswith(_GENERATED)
            }
    return found


def _stack(client: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    try:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return stack
