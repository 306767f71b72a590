"""What the stacks allow, and what they keep secret."""

import re
from collections.abc import Iterator
from typing import Any

from tests.infra.conftest import StageTemplates

# AWS allows no narrower resource for these: traces have no resource of their own, and the delivery
# of logs is set up for the account.
# What is denied, and what Lambda does to put a function into the network, has none either.
ACTIONS_WITHOUT_RESOURCE = re.compile(
    r"xray:\w+|logs:\w+(LogDeliver|ResourcePolic|LogGroups)\w*"
    r"|ec2:(\w*NetworkInterfaces?|DescribeSubnets|(Una|A)ssignPrivateIpAddresses)"
    r"|secretsmanager:GetRandomPassword"
)
# Its two forms are one call to whoever publishes to an encrypted topic.
ACTIONS_WITH_WILDCARD = {"kms:GenerateDataKey*"}


def statements(templates: StageTemplates) -> Iterator[dict[str, Any]]:
    for policy in templates.properties("AWS::IAM::Policy"):
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_custom_resource_runs_code_of_its_own(templates: StageTemplates) -> None:
    assert not {kind for kind in templates.kinds() if "Custom" in kind}
    assert all(name.startswith("data-pipeline-") for name in templates.functions())


def test_any_resource_is_allowed_only_where_aws_has_no_narrower_one(
    templates: StageTemplates,
) -> None:
    for statement in statements(templates):
        if "*" in as_list(statement["Resource"]):
            for action in as_list(statement["Action"]):
                assert ACTIONS_WITHOUT_RESOURCE.fullmatch(action), action


def test_actions_are_named_one_by_one(templates: StageTemplates) -> None:
    for statement in statements(templates):
        for action in as_list(statement["Action"]):
            assert "*" not in action or action in ACTIONS_WITH_WILDCARD, action


def test_every_log_group_forgets(templates: StageTemplates) -> None:
    groups = templates.properties("AWS::Logs::LogGroup")
    assert groups
    assert all(group["RetentionInDays"] > 0 for group in groups)


def test_every_function_logs_to_a_group_of_the_stack(templates: StageTemplates) -> None:
    groups = set(templates.resources("AWS::Logs::LogGroup"))
    for function in templates.functions().values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_buckets_are_private_encrypted_and_versioned(templates: StageTemplates) -> None:
    buckets = templates.properties("AWS::S3::Bucket")
    assert len(buckets) == 3
    for bucket in buckets:
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_buckets_queues_and_topics_refuse_plain_http(templates: StageTemplates) -> None:
    for kind, resources in (
        ("AWS::S3::BucketPolicy", "AWS::S3::Bucket"),
        ("AWS::SQS::QueuePolicy", "AWS::SQS::Queue"),
        ("AWS::SNS::TopicPolicy", "AWS::SNS::Topic"),
    ):
        policies = templates.properties(kind)
        assert len(policies) == len(templates.resources(resources))
        for policy in policies:
            assert any(map(_denies_plain_http, policy["PolicyDocument"]["Statement"]))


def _denies_plain_http(statement: dict[str, Any]) -> bool:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return statement["Effect"] == "Deny" and statement.get("Condition") == condition


def test_access_to_objects_is_written_down(templates: StageTemplates) -> None:
    buckets = templates.properties("AWS::S3::Bucket")
    logged = [bucket for bucket in buckets if "LoggingConfiguration" in bucket]
    assert len(logged) == len(buckets) - 1
    prefixes = {bucket["LoggingConfiguration"]["LogFilePrefix"] for bucket in logged}
    assert len(prefixes) == len(logged)


def test_code_of_functions_may_not_touch_the_network_interfaces(
    templates: StageTemplates,
) -> None:
    inside = {name for name, found in templates.functions().items() if "VpcConfig" in found}
    denied = {
        name
        for statement in statements(templates)
        if statement["Effect"] == "Deny"
        for name in re.findall(r"function:([\w-]+)", str(statement["Condition"]))
    }
    assert denied == inside


def test_roles_have_no_policy_that_aws_writes(templates: StageTemplates) -> None:
    assert not [
        role
        for role in templates.properties("AWS::IAM::Role")
        if "lambda" in str(role)
        if "ManagedPolicyArns" in role
    ]


def test_tables_can_be_restored_to_any_second(templates: StageTemplates) -> None:
    for table in templates.properties("AWS::DynamoDB::Table"):
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]


def test_web_firewall_guards_prod(prod_templates: StageTemplates) -> None:
    (acl,) = prod_templates.properties("AWS::WAFv2::WebACL")
    assert any("RateBasedStatement" in rule["Statement"] for rule in acl["Rules"])
    assert sum("ManagedRuleGroupStatement" in rule["Statement"] for rule in acl["Rules"]) >= 3
    (association,) = prod_templates.properties("AWS::WAFv2::WebACLAssociation")
    assert "/stages/" in str(association["ResourceArn"])


def test_queues_topics_and_tables_are_encrypted(templates: StageTemplates) -> None:
    assert all(queue["SqsManagedSseEnabled"] for queue in templates.properties("AWS::SQS::Queue"))
    assert all(topic["KmsMasterKeyId"] for topic in templates.properties("AWS::SNS::Topic"))
    assert all(
        table["SSESpecification"]["SSEEnabled"]
        for table in templates.properties("AWS::DynamoDB::Table")
    )


def test_whoever_publishes_may_use_the_topics_key(templates: StageTemplates) -> None:
    for policy in templates.properties("AWS::IAM::Policy"):
        actions = {
            action
            for statement in policy["PolicyDocument"]["Statement"]
            for action in as_list(statement["Action"])
        }
        if "sns:Publish" in actions:
            assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= actions


def test_nothing_reaches_the_internet(templates: StageTemplates) -> None:
    assert not templates.resources("AWS::EC2::InternetGateway")
    assert not templates.resources("AWS::EC2::NatGateway")
    for subnet in templates.properties("AWS::EC2::Subnet"):
        assert not subnet["MapPublicIpOnLaunch"]


def test_no_template_holds_a_password(templates: StageTemplates) -> None:
    for instance in templates.properties("AWS::RDS::DBInstance"):
        assert "{{resolve:secretsmanager:" in str(instance["MasterUserPassword"])
    for secret in templates.properties("AWS::SecretsManager::Secret"):
        assert "password" not in secret["GenerateSecretString"]["SecretStringTemplate"]
