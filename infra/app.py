"""Entry point of the CDK app: `cdk synth -c stage=local|dev|prod`; without a stage, `local`.

`-c alarmEmails=one@example.com,other@example.com` names who is told of alarms.
"""

import sys
from typing import Final

from aws_cdk import App, Tags

from infra import lambda_bundle, stages
from infra.analytics_stack import AnalyticsStack
from infra.data_pipeline_stack import DataPipelineStack
from infra.lambda_bundle import BundleError, LambdaBundle
from infra.stages import Stage

# CloudFormation knows no tags of these, though the CDK does.
UNTAGGED: Final = ("AWS::RDS::DBProxyTargetGroup",)


def add_stacks(app: App, *, stage: Stage, bundle: LambdaBundle) -> None:
    """Adds both stacks, tied to no account and region, so that synthesis looks nothing up."""
    data_pipeline = DataPipelineStack(app, "DataPipelineStack", stage=stage, bundle=bundle)
    AnalyticsStack(app, "AnalyticsStack", stage=stage, bundle=bundle, data_pipeline=data_pipeline)
    for name, value in {"project": "data-pipeline", "stage": stage.name}.items():
        Tags.of(app).add(name, value, exclude_resource_types=list(UNTAGGED))


def main() -> None:
    """Synthesizes the stage that the context names."""
    app = App()
    try:
        stage = stages.named(app.node.try_get_context("stage") or "local")
        if addresses := app.node.try_get_context("alarmEmails"):
            stage = stages.with_alarm_emails(stage, addresses)
        bundle = lambda_bundle.build(runs_here=stage.name == "local")
    except (ValueError, BundleError) as error:
        sys.exit(str(error))
    if not stage.alarm_emails:
        print(f"Nobody is told of {stage.name}'s alarms: give -c alarmEmails=…", file=sys.stderr)
    add_stacks(app, stage=stage, bundle=bundle)
    app.synth()


if __name__ == "__main__":
    main()
