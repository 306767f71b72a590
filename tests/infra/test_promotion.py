"""What runs locally is what runs in production."""

import re
from typing import Any

from tests.infra.conftest import StageTemplates
from tests.infra.template_differences import differences

API = ("Resource", "Method", "Model", "RequestValidator", "GatewayResponse", "RestApi")

# All in which prod differs from local, by type, logical id and place, each with its reason.
DIFFERENCES = {
    r"\S+ \S+ Properties\.Tags\.Value": "The stage's name.",
    r"\S+ \S+ (Deletion|UpdateReplace)Policy": "Prod keeps data and logs when a stack goes.",
    r"AWS::Logs::LogGroup \S+ Properties\.RetentionInDays": "Prod keeps logs for longer.",
    r"AWS::\S+ DatabaseManaged\w+ only in second": "A PostgreSQL outside the stack, locally.",
    r"AWS::EC2::SecurityGroup(In|E)gress \w+DatabaseManaged\w+ only in second": (
        "The functions' ways to the database and its proxy."
    ),
    r"AWS::Lambda::Function \w+ Properties\.Environment\.Variables\.DATABASE_PROXY_HOST": (
        "No proxy stands before a PostgreSQL outside the stack."
    ),
    r"AWS::IAM::Policy \w+ Properties\.PolicyDocument\.Statement\.Resource": (
        "Secrets that exist already are named, those of the stack referred to."
    ),
    r"AWS::IAM::Policy PasswordRotation\w+ Properties\.PolicyDocument\.Statement\.Action": (
        "Secrets Manager's schedule lets the function ask for passwords made at random."
    ),
    r"AWS::Lambda::Permission PasswordRotation\w+ only in second": (
        "Secrets Manager rotates by itself; LocalStack's schedules do nothing."
    ),
    r"AWS::CloudWatch::Alarm Alarmsdatapipelinedatabase\w+ only in second": (
        "RDS has metrics, a PostgreSQL outside the stack none."
    ),
    r"AWS::\S+ Network\w*FlowLog\w+ only in second": "LocalStack has no flow logs.",
    r"AWS::WAFv2::\w+ RestApiWebFirewall\w+ only in second": "LocalStack has no web firewall.",
    r"AWS::ApiGateway::Deployment \w+ only in (first|second)": (
        "The deployment's id is a hash of the API, tags included; all it deploys is compared."
    ),
    r"AWS::ApiGateway::Stage \w+ Properties\.DeploymentId": "The same.",
    r"AWS::EC2::VPCEndpoint \w+ Properties\.SubnetIds": "Prod's endpoints outlive a zone.",
    r"AWS::SNS::Subscription Notifications\w+ only in first": "An address that shows the way.",
    r"AWS::Lambda::EventSourceMapping \w+ Properties\.ScalingConfig\.MaximumConcurrency": (
        "Prod loads more files at a time."
    ),
}


def found_differences(local: StageTemplates, prod: StageTemplates) -> list[str]:
    return [
        difference
        for stack, template in local.by_stack.items()
        for difference in differences(template, prod.by_stack[stack])
    ]


def test_every_difference_is_a_known_one(
    local_templates: StageTemplates, prod_templates: StageTemplates
) -> None:
    known = re.compile("|".join(DIFFERENCES))
    found = found_differences(local_templates, prod_templates)
    assert [difference for difference in found if not known.fullmatch(difference)] == []


def test_every_known_difference_is_there(
    local_templates: StageTemplates, prod_templates: StageTemplates
) -> None:
    found = found_differences(local_templates, prod_templates)
    for pattern in DIFFERENCES:
        assert any(re.fullmatch(pattern, difference) for difference in found), pattern


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
