"""Deploys a stage to AWS and removes it: `python -m infra.deploy deploy --stage dev`."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.emptying import buckets_to_empty, empty
from infra.migration import MigrationError, migrate
from local.guard import RefusedError, check_aws_deployment
from local.node import node_environment
from local.setup_steps import NODE_MODULES, ROOT

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Those of infra/stages.py, which can't be read without starting the CDK.
ON_AWS: Final = ("dev", "prod")
STACKS: Final = ("AnalyticsStack", "DataPipelineStack")
# Longer than the migrator may take; an invocation that is sent again would only wait for the first.
_INVOCATION: Final = Config(read_timeout=330, retries={"total_max_attempts": 1})


class DeploymentError(RuntimeError):
    """The command can't go on; the message says why and what to do."""


def deploy(stage: str, *, confirmed: bool) -> None:
    """Shows what would change, deploys it, migrates the database and prints the outputs.

    Args:
        stage: one that runs on AWS.
        confirmed: deploy without asking.

    Raises:
        DeploymentError: the CDK failed, or the user did not agree.
        MigrationError: the new code is deployed, but the database is not migrated.
        RefusedError: something leads the calls elsewhere than to AWS.
    """
    check_aws_deployment(os.environ)
    _cdk("diff", "--all", *_context(stage))
    if not confirmed:
        _agree(f"Deploy this to stage {stage} in {_account_and_region()}?", answer="yes")
    outputs_file = ROOT / "build" / f"outputs-{stage}.json"
    outputs_file.parent.mkdir(exist_ok=True)
    _cdk(
        *("deploy", "--all", *_context(stage)),
        *("--require-approval", "never", "--outputs-file", str(outputs_file)),
    )
    outputs = json.loads(outputs_file.read_text(encoding="utf-8"))
    client: LambdaClient = boto3.client("lambda", config=_INVOCATION)
    migrated = migrate(client, outputs["DataPipelineStack"]["MigratorFunctionName"])
    applied = ", ".join(migrated.applied) or "nothing new"
    print(f"\nDatabase at {migrated.schema_version} ({applied})\n")
    for stack, values in outputs.items():
        for name, value in sorted(values.items()):
            print(f"{stack}.{name} = {value}")


def destroy(stage: str, *, confirmed: bool) -> None:
    """Removes a stage's stacks, and what their buckets hold. What the stage retains stays.

    Args:
        stage: one that runs on AWS.
        confirmed: remove without asking. For prod the user is asked all the same.

    Raises:
        DeploymentError: the CDK failed, or the user did not agree.
        RefusedError: something leads the calls elsewhere than to AWS.
    """
    check_aws_deployment(os.environ)
    if stage == "prod" or not confirmed:
        _agree(f"Remove stage {stage} from {_account_and_region()}?", answer=f"destroy {stage}")
    _empty_buckets()
    _cdk("destroy", "--all", "--force", *_context(stage))


def main() -> int:
    """Runs one command and returns its exit code."""
    arguments = _parser().parse_args()
    command: Callable[..., None] = {"deploy": deploy, "destroy": destroy}[arguments.command]
    try:
        command(arguments.stage, confirmed=arguments.yes)
    except (
        BotoCoreError,
        ClientError,
        DeploymentError,
        MigrationError,
        RefusedError,
    ) as error:
        print(f"{arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: CloudFormation goes on with what it has begun.", file=sys.stderr)
        return 130
    return 0


def _empty_buckets() -> None:
    s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
    for stack in STACKS:
        for bucket in buckets_to_empty(cloudformation, stack):
            print(f"{bucket}: {empty(s3, bucket)} versions of objects deleted")


def _context(stage: str) -> tuple[str, ...]:
    return ("-c", f"stage={stage}", "--output", str(ROOT / "build" / f"cdk.out-{stage}"))


def _cdk(*arguments: str) -> None:
    command: Sequence[str] = ["node", str(NODE_MODULES / "aws-cdk" / "bin" / "cdk"), *arguments]
    result = subprocess.run(command, cwd=ROOT, env=node_environment(), check=False)
    if result.returncode != 0:
        raise DeploymentError(f"`cdk {arguments[0]}` failed ({result.returncode}); see above")


def _account_and_region() -> str:
    session = boto3.Session()
    account = session.client("sts").get_caller_identity()["Account"]
    return f"account {account}, {session.region_name}"


def _agree(question: str, *, answer: str) -> None:
    """Asks, and takes nothing but the whole answer for consent.

    Raises:
        DeploymentError: it was another answer, or nobody is there to ask.
    """
    try:
        given = input(f"\n{question} Type '{answer}' to go on: ")
    except EOFError:
        raise DeploymentError("nobody is there to ask: --yes deploys without asking") from None
    if given.strip() != answer:
        raise DeploymentError("nothing was changed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy",
        description="Deploys a stage to the AWS account and region of the current credentials.",
    )
    parser.add_argument("command", choices=("deploy", "destroy"))
    parser.add_argument("--stage", required=True, choices=ON_AWS)
    parser.add_argument("--yes", action="store_true", help="do not ask, as in a CI job")
    return parser


if __name__ == "__main__":
    sys.exit(main())
