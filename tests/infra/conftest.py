"""The templates of every stage, synthesized once for all tests."""

import json
from functools import cache
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra import lambda_bundle, stages
from infra.app import add_stacks

type Resource = dict[str, Any]

STACKS = ("DataPipelineStack", "AnalyticsStack")


class StageTemplates:
    """The templates of both stacks of one stage."""

    def __init__(self, templates: dict[str, dict[str, Any]]) -> None:
        self.by_stack = templates

    def resources(self, kind: str) -> dict[str, Resource]:
        """The resources of a type by logical id, which tell what is what only within one stage."""
        return {
            name: resource
            for template in self.by_stack.values()
            for name, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def properties(self, kind: str) -> list[dict[str, Any]]:
        return [resource["Properties"] for resource in self.resources(kind).values()]

    def kinds(self) -> set[str]:
        return {
            resource["Type"]
            for template in self.by_stack.values()
            for resource in template["Resources"].values()
        }

    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of the functions by their names."""
        found = self.properties("AWS::Lambda::Function")
        return {properties["FunctionName"]: properties for properties in found}

    def state_machine(self) -> dict[str, Any]:
        """The definition of the workflow, with references as their own text."""
        (properties,) = self.properties("AWS::StepFunctions::StateMachine")
        parts = properties["DefinitionString"]["Fn::Join"][1]
        text = "".join(
            part if isinstance(part, str) else json.dumps(part).replace('"', "'") for part in parts
        )
        definition: dict[str, Any] = json.loads(text)
        return definition


def context() -> dict[str, Any]:
    """The context that the CDK's command line gives the app."""
    configuration = json.loads((lambda_bundle.ROOT / "cdk.json").read_text())
    return dict(configuration["context"])


@cache
def _synthesize(stage: str) -> StageTemplates:
    app = App(context=context())
    add_stacks(app, stage=stages.named(stage), bundle=lambda_bundle.build())
    return StageTemplates({name: _template(app, name) for name in STACKS})


def _template(app: App, name: str) -> dict[str, Any]:
    stack = app.node.find_child(name)
    assert isinstance(stack, Stack)
    return dict(Template.from_stack(stack).to_json())


@pytest.fixture(params=list(stages.STAGES))
def templates(request: pytest.FixtureRequest) -> StageTemplates:
    """The templates of each stage in turn."""
    return _synthesize(request.param)


@pytest.fixture(params=["dev", "prod"])
def aws_templates(request: pytest.FixtureRequest) -> StageTemplates:
    """The templates of each stage on AWS in turn."""
    return _synthesize(request.param)


@pytest.fixture(scope="session")
def local_templates() -> StageTemplates:
    return _synthesize("local")


@pytest.fixture(scope="session")
def prod_templates() -> StageTemplates:
    return _synthesize("prod")
