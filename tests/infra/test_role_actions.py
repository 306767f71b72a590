"""Roles allow the same on AWS as locally, where it is compared with what is called."""

from tests.infra.conftest import StageTemplates

# By role, without the hash in its logical id.
ON_AWS_ALONE = {
    # CDK's schedule of rotations brings it along.
    ("PasswordRotationFunctionRole", "secretsmanager:GetRandomPassword"),
}


def allowed(templates: StageTemplates) -> set[tuple[str, str]]:
    return {
        (role["Ref"][:-8], action)
        for policy in templates.properties("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
        for role in policy["Roles"]
    }


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_actions_are_the_same_on_aws(
    local_templates: StageTemplates, aws_templates: StageTemplates
) -> None:
    local = allowed(local_templates)
    roles = {role for role, _ in local}
    on_aws = {(role, action) for role, action in allowed(aws_templates) if role in roles}
    assert local
    assert on_aws - local == ON_AWS_ALONE
    assert local <= on_aws
