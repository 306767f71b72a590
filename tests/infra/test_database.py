"""The one component that differs between stages."""

import json

from data_pipeline.aws.secrets import DATABASE
from tests.infra.conftest import StageTemplates

SECRETS = {f"data-pipeline/database/{role}" for role in ("owner", "writer", "reader")}


def test_database_on_aws_is_private_and_encrypted(aws_templates: StageTemplates) -> None:
    (instance,) = aws_templates.properties("AWS::RDS::DBInstance")
    assert instance["Engine"] == "postgres"
    assert instance["EngineVersion"].partition(".")[0] == "17"
    assert instance["StorageEncrypted"]
    assert not instance["PubliclyAccessible"]
    assert instance["BackupRetentionPeriod"] > 0


def test_rds_makes_no_database_in_its_own_sort_order(aws_templates: StageTemplates) -> None:
    (instance,) = aws_templates.properties("AWS::RDS::DBInstance")
    assert "DBName" not in instance
    for secret in aws_templates.properties("AWS::SecretsManager::Secret"):
        template = json.loads(secret["GenerateSecretString"]["SecretStringTemplate"])
        assert template["dbname"] == DATABASE


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


def test_database_on_aws_is_observed(aws_templates: StageTemplates) -> None:
    (instance,) = aws_templates.properties("AWS::RDS::DBInstance")
    assert instance["EnablePerformanceInsights"]
    assert instance["MonitoringInterval"] > 0
    assert set(instance["EnableCloudwatchLogsExports"]) == {"postgresql", "upgrade"}
    assert instance["MaxAllocatedStorage"] > int(instance["AllocatedStorage"])


def allowed_from(templates: StageTemplates, group: str) -> set[str]:
    """What a security group is reached from, by the construct's part of the logical id."""
    rules = templates.properties("AWS::EC2::SecurityGroupIngress")
    return {
        source(rule["SourceSecurityGroupId"]["Fn::GetAtt"][0])
        for rule in rules
        if rule["GroupId"]["Fn::GetAtt"][0] == group
    }


def source(logical_id: str) -> str:
    known = ("ProxySecurityGroup", "AdministrationSecurityGroup", "FunctionSecurityGroup")
    return next(name for name in known if name in logical_id)


def test_functions_reach_the_database_through_its_proxy(aws_templates: StageTemplates) -> None:
    (instance,) = aws_templates.properties("AWS::RDS::DBInstance")
    (database,) = (reference["Fn::GetAtt"][0] for reference in instance["VPCSecurityGroups"])
    assert allowed_from(aws_templates, database) == {
        "ProxySecurityGroup",
        "AdministrationSecurityGroup",
    }
    (proxy,) = aws_templates.properties("AWS::RDS::DBProxy")
    (group,) = (reference["Fn::GetAtt"][0] for reference in proxy["VpcSecurityGroupIds"])
    assert allowed_from(aws_templates, group) == {"FunctionSecurityGroup"}


def test_proxy_requires_tls_and_knows_two_roles(aws_templates: StageTemplates) -> None:
    (proxy,) = aws_templates.properties("AWS::RDS::DBProxy")
    assert proxy["RequireTLS"]
    assert len(proxy["Auth"]) == 2
    assert {role["ClientPasswordAuthType"] for role in proxy["Auth"]} == {"POSTGRES_SCRAM_SHA_256"}


def test_functions_that_administer_the_database_go_past_the_proxy(
    templates: StageTemplates,
) -> None:
    administers = {
        name
        for name, found in templates.functions().items()
        if "Administration" in str(found.get("VpcConfig", {}).get("SecurityGroupIds"))
    }
    assert administers == {"data-pipeline-migrator", "data-pipeline-password-rotation"}
    for name, found in templates.functions().items():
        uses_proxy = "DATABASE_PROXY_HOST" in found["Environment"]["Variables"]
        assert uses_proxy is ("VpcConfig" in found and name not in administers)


def test_passwords_change_every_30_days(aws_templates: StageTemplates) -> None:
    schedules = aws_templates.properties("AWS::SecretsManager::RotationSchedule")
    assert len(schedules) == 3
    for schedule in schedules:
        assert schedule["RotationRules"] == {"ScheduleExpression": "rate(30 days)"}
        assert "PasswordRotation" in str(schedule["RotationLambdaARN"])


def test_clients_verify_the_server(aws_templates: StageTemplates) -> None:
    for secret in aws_templates.properties("AWS::SecretsManager::Secret"):
        template = json.loads(secret["GenerateSecretString"]["SecretStringTemplate"])
        assert template["sslmode"] == "verify-full"


def test_secrets_on_aws_have_the_names_that_functions_ask_for(
    aws_templates: StageTemplates,
) -> None:
    secrets = aws_templates.properties("AWS::SecretsManager::Secret")
    assert {secret["Name"] for secret in secrets} == SECRETS
    assert len(aws_templates.resources("AWS::SecretsManager::SecretTargetAttachment")) == 3


def test_local_database_is_named_and_not_made(local_templates: StageTemplates) -> None:
    kinds = local_templates.kinds()
    assert not {kind for kind in kinds if "RDS" in kind or "SecretsManager" in kind}
