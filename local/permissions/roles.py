"""What the roles of the deployed stacks allow, and what was called with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Self

import requests

from local.state import Environment

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_STACKS: Final = ("DataPipelineStack", "AnalyticsStack")
# What tests make for themselves has names like these, and is nothing that a role is to allow.
_MADE_BY_TESTS: Final = re.compile(
    r"arn:aws:\w+:[^:]*:\d*:(?:[\w-]+:|table/)?(?:/aws/lambda/)?test[-/].*"
)
# CloudFormation's logical ids are a construct's path and a hash of it.
_HASH_LENGTH: Final = 8


@dataclass(frozen=True, order=True, kw_only=True)
class Permission:
    """That a role may do an action on a resource; both may have wildcards."""

    role: str
    action: str
    resource: str


@dataclass(frozen=True, order=True, kw_only=True)
class Call:
    """That a role was used for an operation, and what IAM on AWS would have asked it for.

    Attributes:
        role: the construct's path in the stack, as in `JobRunnerFunctionRole`.
        operation: such as `s3 UploadPart`.
        action: such as `s3:PutObject`.
        resource: its ARN; `*` stands for what is new each time, such as an object's name.
    """

    role: str
    operation: str
    action: str
    resource: str

    def is_covered_by(self, permission: Permission) -> bool:
        """Whether the permission allows it."""
        return (
            self.role == permission.role
            and fnmatchcase(self.action, permission.action)
            and fnmatchcase(self.resource, permission.resource)
        )


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The roles of the deployed stacks.

    Attributes:
        permissions: all that their policies allow.
        calls: all that was called with them since LocalStack started.
        with_policies_of_aws: those that have a policy which AWS wrote.
    """

    permissions: frozenset[Permission]
    calls: frozenset[Call]
    with_policies_of_aws: frozenset[str]

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """Asks the environment.

        Raises:
            requests.RequestException: LocalStack does not tell calls.
            botocore.exceptions.ClientError: a stack is not deployed.
        """
        iam = environment.client("iam")
        names = dict(_names(environment.client("cloudformation")))
        return cls(
            permissions=frozenset(
                permission
                for physical, role in names.items()
                for permission in _permissions(iam, physical, role)
            ),
            calls=frozenset(_calls(environment, names)),
            with_policies_of_aws=frozenset(
                role
                for physical, role in names.items()
                if iam.list_attached_role_policies(RoleName=physical)["AttachedPolicies"]
            ),
        )


def _names(cloudformation: "CloudFormationClient") -> Iterator[tuple[str, str]]:
    for stack in _STACKS:
        found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        for resource in found:
            if resource["ResourceType"] == "AWS::IAM::Role":
                logical = resource["LogicalResourceId"]
                yield resource["PhysicalResourceId"], logical[:-_HASH_LENGTH]


def _permissions(iam: Any, physical: str, role: str) -> Iterator[Permission]:
    for policy in iam.list_role_policies(RoleName=physical)["PolicyNames"]:
        found = iam.get_role_policy(RoleName=physical, PolicyName=policy)
        for statement in found["PolicyDocument"]["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            pairs = product(_listed(statement["Action"]), _listed(statement["Resource"]))
            for action, resource in pairs:
                yield Permission(role=role, action=action, resource=resource)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _calls(environment: Environment, names: dict[str, str]) -> Iterator[Call]:
    for call in _told(environment):
        physical = call["role"].rpartition("/")[2]
        # Tests deploy functions of their own, with roles that are no stack's.
        if physical in names and not _MADE_BY_TESTS.fullmatch(call["resource"]):
            yield Call(**{**call, "role": names[physical]})


def _told(environment: Environment) -> list[dict[str, str]]:
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(f"{environment.endpoint}/_pipeline/role-calls", timeout=30)
        response.raise_for_status()
        calls: list[dict[str, str]] = response.json()
        return calls
