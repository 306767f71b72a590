"""What AWS's own rules say of the templates: cdk-nag's AwsSolutions pack, and cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from infra import lambda_bundle, stages
from infra.app import add_stacks
from tests.infra.conftest import StageTemplates, context

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
IGNORED = {
    "W3005": "The CDK makes a function wait for its role and for the policies of it.",
    "W6001": "The outputs of the second stack name the topic that the first one made.",
}


def violations(app: App, directory: Path) -> list[tuple[str, str]]:
    """Each broken rule with the path of what breaks it."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:
        assert "ValidationFailed" in str(error)  # noqa: PT017 - the report says what failed
    report: dict[str, Any] = json.loads((directory / "validation-report.json").read_text())
    return [
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_stages_on_aws_keep_every_rule_or_say_why_not(stage: str, tmp_path: Path) -> None:
    app = App(context=context(), outdir=str(tmp_path))
    add_stacks(app, stage=stages.named(stage), bundle=lambda_bundle.build())
    assert violations(app, tmp_path) == []


def test_broken_rules_are_found(tmp_path: Path) -> None:
    app = App(context=context(), outdir=str(tmp_path))
    s3.Bucket(Stack(app, "Careless"), "Bucket")
    assert ("AwsSolutions-S1", "Careless/Bucket/Resource") in violations(app, tmp_path)


def test_templates_are_valid_for_cloudformation(templates: StageTemplates, tmp_path: Path) -> None:
    files = []
    for name, template in templates.by_stack.items():
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(template))
    lint = subprocess.run(
        [CFN_LINT, "--format", "parseable", "--ignore-checks", *IGNORED, "--", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.stdout == ""
    assert lint.returncode == 0, lint.stderr
