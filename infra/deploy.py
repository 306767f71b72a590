"""Deploys a stage to AWS, tries it and removes it: `python -m infra.deploy deploy --stage dev`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra import deployed_stacks, smoke_test, target
from infra.deployed_stacks import STACKS
from infra.emptying import buckets_to_empty, empty
from infra.migration import MigrationError, migrate
from infra.smoke_test import SmokeTestError
from infra.target import Target
from local.guard import RefusedError
from local.node import node_environment
from local.setup_steps import NODE_MODULES, ROOT

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

type Outputs = Mapping[str, Mapping[str, str]]

# Those of infra/stages.py, which can't be read without starting the CDK.
ON_AWS: Final = ("dev", "prod")
# Longer than the migrator may take; an invocation that is sent again would only wait for the first.
_INVOCATION: Final = Config(read_timeout=330, retries={"total_max_attempts": 1})


class DeploymentError(RuntimeError):
    """The command can't go on; the message says why and what to do."""


def deploy(stage: str, *, account: str | None = None, confirmed: bool = False) -> None:
    """Shows what would change, deploys it, migrates the database, tries it, prints the outputs.

    Args:
        stage: one that runs on AWS.
        account: the one it is meant for. Without it the user is shown the account and asked.
        confirmed: deploy without asking.

    Raises:
        DeploymentError: the CDK failed, the user did not agree, nobody named the account, or prod
            would tell nobody of its alarms.
        MigrationError: the new code is deployed, but the database is not migrated.
        SmokeTestError: all is deployed and migrated, but something of it does not work.
        RefusedError: it would go elsewhere than to AWS, to another account, or over another stage.
    """
    if stage == "prod" and not os.environ.get("ALARM_EMAILS"):
        raise DeploymentError("prod would tell nobody of its alarms: set ALARM_EMAILS to addresses")
    chosen = _target(account, confirmed=confirmed)
    deployed_stacks.check_stage(chosen.client("cloudformation"), stage)
    _cdk(chosen, "diff", "--all", *_context(stage))
    if not confirmed:
        _agree(f"Deploy this to stage {stage} in {chosen}?", answer="yes")
    _cdk(chosen, "deploy", "--all", "--require-approval", "never", *_context(stage))
    outputs = deployed_stacks.outputs(chosen.client("cloudformation"))
    _migrate(chosen, outputs)
    _try_out(chosen, outputs)
    _print(outputs)


def try_out(stage: str, *, account: str | None = None, confirmed: bool = False) -> None:
    """Runs the smoke test against a stage that is deployed already, as after a restore.

    Raises:
        DeploymentError: the stage is not deployed there, or nobody named the account.
        SmokeTestError: something does not work.
        RefusedError: the calls would go elsewhere than to AWS, to another account or stage.
    """
    chosen = _target(account, confirmed=confirmed)
    client = chosen.client("cloudformation")
    deployed_stacks.check_stage(client, stage)
    outputs = deployed_stacks.outputs(client)
    if set(outputs) != set(STACKS):
        raise DeploymentError(f"stage {stage} is not deployed in {chosen}")
    _try_out(chosen, outputs)


def destroy(stage: str, *, account: str | None = None, confirmed: bool = False) -> None:
    """Removes a stage's stacks, and what their buckets hold. What the stage retains stays.

    Args:
        stage: one that runs on AWS.
        account: the one it is in. Without it the user is shown the account and asked.
        confirmed: remove without asking. For prod the user is asked all the same.

    Raises:
        DeploymentError: the CDK failed, the user did not agree, or nobody named the account.
        RefusedError: it would go elsewhere than to AWS, to another account or stage, or the stacks
            are protected.
    """
    chosen = _target(account, confirmed=confirmed)
    client = chosen.client("cloudformation")
    deployed_stacks.check_stage(client, stage)
    deployed_stacks.check_unprotected(client)
    if stage == "prod" or not confirmed:
        _agree(f"Remove stage {stage} from {chosen}?", answer=f"destroy {stage}")
    _empty_buckets(chosen)
    _cdk(chosen, "destroy", "--all", "--force", *_context(stage))


def main() -> int:
    """Runs one command and returns its exit code."""
    arguments = _parser().parse_args()
    command = {"deploy": deploy, "destroy": destroy, "smoke-test": try_out}[arguments.command]
    try:
        command(arguments.stage, account=arguments.account, confirmed=arguments.yes)
    except (
        BotoCoreError,
        ClientError,
        DeploymentError,
        MigrationError,
        RefusedError,
        SmokeTestError,
    ) as error:
        print(f"{arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: CloudFormation goes on with what it has begun.", file=sys.stderr)
        return 130
    return 0


def _target(account: str | None, *, confirmed: bool) -> Target:
    """Where it goes; who does not ask the user has to know the account."""
    if confirmed and account is None:
        raise DeploymentError("--yes asks nobody, so name the account that is meant: --account")
    return target.find(os.environ, expected_account=account)


def _migrate(chosen: Target, outputs: Outputs) -> None:
    client: LambdaClient = chosen.client("lambda", config=_INVOCATION)
    migrated = migrate(client, outputs["DataPipelineStack"]["MigratorFunctionName"])
    applied = ", ".join(migrated.applied) or "nothing new"
    print(f"\nDatabase at {migrated.schema_version} ({applied})")


def _try_out(chosen: Target, outputs: Outputs) -> None:
    with requests.Session() as http:
        api_url = outputs["AnalyticsStack"]["ApiUrl"]
        deployed = smoke_test.of_outputs(chosen.client, outputs, http, api_url=api_url)
        for line in smoke_test.run(deployed):
            print(f"Smoke test: {line}")


def _print(outputs: Outputs) -> None:
    print()
    for stack, values in outputs.items():
        for name, value in sorted(values.items()):
            print(f"{stack}.{name} = {value}")


def _empty_buckets(chosen: Target) -> None:
    s3, cloudformation = chosen.client("s3"), chosen.client("cloudformation")
    for stack in STACKS:
        for bucket in buckets_to_empty(cloudformation, stack):
            print(f"{bucket}: {empty(s3, bucket)} versions of objects deleted")


def _context(stage: str) -> tuple[str, ...]:
    addresses = os.environ.get("ALARM_EMAILS")
    told = ("-c", f"alarmEmails={addresses}") if addresses else ()
    output = ("--output", str(ROOT / "build" / f"cdk.out-{stage}"))
    return ("-c", f"stage={stage}", *told, *output)


def _cdk(chosen: Target, *arguments: str) -> None:
    command: Sequence[str] = ["node", str(NODE_MODULES / "aws-cdk" / "bin" / "cdk"), *arguments]
    variables = node_environment() | chosen.variables()
    result = subprocess.run(command, cwd=ROOT, env=variables, check=False)
    if result.returncode != 0:
        raise DeploymentError(f"`cdk {arguments[0]}` failed ({result.returncode}); see above")


def _agree(question: str, *, answer: str) -> None:
    """Asks, and takes nothing but the whole answer for consent.

    Raises:
        DeploymentError: it was another answer, or nobody is there to ask.
    """
    try:
        given = input(f"\n{question} Type '{answer}' to go on: ")
    except EOFError:
        raise DeploymentError("nobody is there to ask: --yes goes on without asking") from None
    if given.strip() != answer:
        raise DeploymentError("nothing was changed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy",
        description="Deploys a stage to the AWS account and region of the current credentials.",
    )
    parser.add_argument("command", choices=("deploy", "smoke-test", "destroy"))
    parser.add_argument("--stage", required=True, choices=ON_AWS)
    parser.add_argument("--account", metavar="ID", help="refuse credentials of any other account")
    parser.add_argument("--yes", action="store_true", help="do not ask; needs --account")
    return parser


if __name__ == "__main__":
    sys.exit(main())
