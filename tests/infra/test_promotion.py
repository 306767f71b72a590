"""What runs locally is what runs in production."""

from typing import Any

from tests.infra.conftest import StageTemplates

API = ("Resource", "Method", "Model", "RequestValidator", "GatewayResponse", "RestApi")


def without_tags(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "Tags"}


def function_identity(properties: dict[str, Any]) -> dict[str, Any]:
    """A function without what a deployment gives it: references, and values of its variables."""
    same = ("Code", "Handler", "Runtime", "MemorySize", "Timeout", "Architectures", "TracingConfig")
    return {name: properties[name] for name in same} | {
        "Variables": sorted(properties["Environment"]["Variables"])
    }


def same_everywhere(kind: str, first: StageTemplates, second: StageTemplates) -> None:
    found = [
        {name: without_tags(resource["Properties"]) for name, resource in found.items()}
        for found in (first.resources(kind), second.resources(kind))
    ]
    assert found[0]
    assert found[0] == found[1]


def test_functions_are_the_same(
    local_templates: StageTemplates, prod_templates: StageTemplates
) -> None:
    local, prod = (
        {name: function_identity(properties) for name, properties in templates.functions().items()}
        for templates in (local_templates, prod_templates)
    )
    assert local == prod


def test_workflow_is_the_same(
    local_templates: StageTemplates, prod_templates: StageTemplates
) -> None:
    assert local_templates.state_machine() == prod_templates.state_machine()


def test_api_is_the_same(local_templates: StageTemplates, prod_templates: StageTemplates) -> None:
    for part in API:
        same_everywhere(f"AWS::ApiGateway::{part}", local_templates, prod_templates)


def test_tables_queues_and_buckets_are_the_same(
    local_templates: StageTemplates, prod_templates: StageTemplates
) -> None:
    for kind in ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"):
        same_everywhere(kind, local_templates, prod_templates)


def test_outputs_are_the_same(
    local_templates: StageTemplates, prod_templates: StageTemplates
) -> None:
    for stack, template in local_templates.by_stack.items():
        assert set(named(template)) == set(named(prod_templates.by_stack[stack]))


def test_outputs_have_the_documented_names(templates: StageTemplates) -> None:
    assert named(templates.by_stack["DataPipelineStack"]) == {
        "RawBucketName",
        "IngestQueueUrl",
        "IngestDeadLetterQueueUrl",
        "AlertTopicArn",
        "DataProcessorFunctionName",
        "MigratorFunctionName",
        "ReplayFunctionName",
        "OwnerSecretId",
        "WriterSecretId",
        "ReaderSecretId",
    }
    assert named(templates.by_stack["AnalyticsStack"]) == {
        "ApiId",
        "ApiStage",
        "ApiUrl",
        "ApiKeyId",
        "ResultsBucketName",
        "JobsTableName",
        "QueryCacheTableName",
        "StateMachineArn",
        "JobTopicArn",
        "AnalyticsFunctionName",
        "JobRunnerFunctionName",
        "JobsFunctionName",
    }


def named(template: dict[str, Any]) -> set[str]:
    """The outputs that are meant for people and programs, not those CDK adds for itself."""
    generated = ("ExportsOutput", "RestApiEndpoint")
    return {name for name in template["Outputs"] if not name.startswith(generated)}
