"""What GitHub Actions may do with this repository, and with the account that it deploys to."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import deploy, smoke_test
from infra.lambda_bundle import ROOT
from tests.infra.conftest import StageTemplates

WORKFLOWS = ROOT / ".github" / "workflows"
ROLE = ROOT / "infra" / "deployment_role.yaml"
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
PINNED = re.compile(r"uses: [\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


class TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref name`) as what follows them."""


def _constructed(loader: TemplateLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node)


TemplateLoader.add_multi_constructor("!", _constructed)


def workflow(name: str) -> dict[str, Any]:
    """A workflow; its `on` is True for YAML 1.1."""
    found: dict[Any, Any] = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in found.items()}


@pytest.fixture(params=sorted(file.stem for file in WORKFLOWS.glob("*.y*ml")))
def any_workflow(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def role_statements() -> list[dict[str, Any]]:
    template = yaml.load(ROLE.read_text(encoding="utf-8"), TemplateLoader)  # a SafeLoader
    (policy,) = template["Resources"]["Role"]["Properties"]["Policies"]
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


def as_list(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def test_there_are_these_workflows_and_no_others() -> None:
    assert sorted(file.name for file in WORKFLOWS.iterdir()) == ["deploy.yml", "test.yml"]


def test_actions_are_pinned_by_commit(any_workflow: str) -> None:
    lines = (WORKFLOWS / f"{any_workflow}.yml").read_text(encoding="utf-8").splitlines()
    uses = [line.strip().removeprefix("- ") for line in lines if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


def test_nothing_is_permitted_but_to_read_the_repository(any_workflow: str) -> None:
    assert workflow(any_workflow)["permissions"] in ({}, {"contents": "read"})


def test_checkout_leaves_no_credentials(any_workflow: str) -> None:
    for job in workflow(any_workflow)["jobs"].values():
        for step in job["steps"]:
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_no_text_of_others_becomes_a_command(any_workflow: str) -> None:
    for job in workflow(any_workflow)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_no_secret_is_kept_on_github(any_workflow: str) -> None:
    text = (WORKFLOWS / f"{any_workflow}.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "aws-access-key-id" not in text


def test_jobs_have_an_end(any_workflow: str) -> None:
    for job in workflow(any_workflow)["jobs"].values():
        assert job["timeout-minutes"] <= 90


def test_every_change_is_tested_without_credentials() -> None:
    found = workflow("test")
    assert set(found["on"]) == {"push", "pull_request"}
    (job,) = found["jobs"].values()
    assert "environment" not in job
    assert "permissions" not in job
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]


def test_deployment_is_asked_for_and_approved() -> None:
    found = workflow("deploy")
    assert set(found["on"]) == {"workflow_dispatch"}
    stage = found["on"]["workflow_dispatch"]["inputs"]["stage"]
    assert tuple(stage["options"]) == deploy.ON_AWS
    (job,) = found["jobs"].values()
    assert job["environment"] == "${{ inputs.stage }}"
    assert job["if"] == "github.ref == 'refs/heads/main'"


def test_deployment_has_a_token_and_no_keys() -> None:
    (job,) = workflow("deploy")["jobs"].values()
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    (credentials,) = (
        step["with"] for step in job["steps"] if "credentials" in step.get("uses", "")
    )
    role = "data-pipeline-deployment-${{ inputs.stage }}"
    assert credentials["role-to-assume"].endswith(f":role/{role}")
    assert credentials["allowed-account-ids"] == "${{ vars.AWS_ACCOUNT_ID }}"


def test_deployments_of_a_stage_wait_for_each_other() -> None:
    concurrency = workflow("deploy")["concurrency"]
    assert concurrency == {"group": "deploy-${{ inputs.stage }}", "cancel-in-progress": False}


def test_deployment_is_refused_for_another_account() -> None:
    (job,) = workflow("deploy")["jobs"].values()
    command = next(step["run"] for step in job["steps"] if "infra.deploy" in step.get("run", ""))
    arguments = command.split()[3:]
    assert arguments == ["deploy", "--stage", '"$STAGE"', "--account", '"$ACCOUNT"', "--yes"]
    assert job["env"]["ACCOUNT"] == "${{ vars.AWS_ACCOUNT_ID }}"


def test_role_is_for_approved_jobs_of_one_repository() -> None:
    template = yaml.load(ROLE.read_text(encoding="utf-8"), TemplateLoader)
    role = template["Resources"]["Role"]["Properties"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:${Repository}:environment:${Stage}",
        }
    }


def test_role_names_what_it_may_do_and_where() -> None:
    for statement in role_statements():
        for action in as_list(statement["Action"]):
            assert "*" not in action
        for resource in as_list(statement["Resource"]):
            assert resource != "*"


def test_role_reaches_what_is_deployed(prod_templates: StageTemplates) -> None:
    resources = "\n".join(
        resource for found in role_statements() for resource in as_list(found["Resource"])
    )
    assert smoke_test.PREFIX in resources
    assert "data-pipeline-migrator" in prod_templates.functions()
    assert "function:data-pipeline-migrator" in resources
    tables = prod_templates.resources("AWS::DynamoDB::Table")
    assert any(name.startswith("JobStore") for name in tables)
    for stack in prod_templates.by_stack:
        assert f"stack/{stack}/" in resources


def test_role_is_valid_for_cloudformation() -> None:
    lint = subprocess.run(
        [CFN_LINT, "--format", "json", ROLE], capture_output=True, text=True, check=False
    )
    assert json.loads(lint.stdout or "[]") == []
    assert lint.returncode == 0, lint.stderr
