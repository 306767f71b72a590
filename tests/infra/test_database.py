"""The one component that differs between stages."""

from tests.infra.conftest import StageTemplates

SECRETS = {f"data-pipeline/database/{role}" for role in ("owner", "writer", "reader")}


def test_database_on_aws_is_private_and_encrypted(aws_templates: StageTemplates) -> None:
    (instance,) = aws_templates.properties("AWS::RDS::DBInstance")
    assert instance["Engine"] == "postgres"
    assert instance["EngineVersion"] == "17"
    assert instance["StorageEncrypted"]
    assert not instance["PubliclyAccessible"]
    assert instance["BackupRetentionPeriod"] > 0


def test_database_on_aws_requires_tls(aws_templates: StageTemplates) -> None:
    (group,) = aws_templates.properties("AWS::RDS::DBParameterGroup")
    assert group["Family"] == "postgres17"
    assert group["Parameters"]["rds.force_ssl"] == "1"
    assert int(group["Parameters"]["temp_file_limit"]) > 0


def test_prod_database_is_protected(prod_templates: StageTemplates) -> None:
    (instance,) = prod_templates.resources("AWS::RDS::DBInstance").values()
    assert instance["DeletionPolicy"] == "Snapshot"
    assert instance["Properties"]["DeletionProtection"]
    assert instance["Properties"]["MultiAZ"]


def test_only_functions_reach_the_database(aws_templates: StageTemplates) -> None:
    (instance,) = aws_templates.properties("AWS::RDS::DBInstance")
    (group,) = (reference["Fn::GetAtt"][0] for reference in instance["VPCSecurityGroups"])
    rules = [
        rule
        for rule in aws_templates.properties("AWS::EC2::SecurityGroupIngress")
        if rule["GroupId"]["Fn::GetAtt"][0] == group
    ]
    assert len(rules) == 1
    assert "FunctionSecurityGroup" in rules[0]["SourceSecurityGroupId"]["Fn::GetAtt"][0]


def test_secrets_on_aws_have_the_names_that_functions_ask_for(
    aws_templates: StageTemplates,
) -> None:
    secrets = aws_templates.properties("AWS::SecretsManager::Secret")
    assert {secret["Name"] for secret in secrets} == SECRETS
    assert len(aws_templates.resources("AWS::SecretsManager::SecretTargetAttachment")) == 3


def test_local_database_is_named_and_not_made(local_templates: StageTemplates) -> None:
    kinds = local_templates.kinds()
    assert not {kind for kind in kinds if "RDS" in kind or "SecretsManager" in kind}
