"""What roles are allowed though nothing calls it here, each with its reason."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from local.permissions.roles import Permission


@dataclass(frozen=True, kw_only=True)
class Extra:
    """Permissions that are needed though they are not seen to be used.

    Attributes:
        roles: which roles have it, with wildcards.
        actions: the actions, with wildcards.
        resource: which of the resources, with wildcards.
        because: the reason.
    """

    roles: str
    actions: tuple[str, ...]
    because: str
    resource: str = "*"

    def covers(self, permission: Permission) -> bool:
        """Whether it is about this permission."""
        return (
            fnmatchcase(permission.role, self.roles)
            and any(fnmatchcase(permission.action, action) for action in self.actions)
            and fnmatchcase(permission.resource, self.resource)
        )


EXTRAS: Final = (
    Extra(
        roles="*FunctionRole",
        actions=("ec2:*NetworkInterface*", "ec2:DescribeSubnets", "ec2:*PrivateIpAddresses"),
        because="Lambda puts functions into the network with their role; there is none here.",
    ),
    Extra(
        roles="*",
        actions=("xray:*",),
        because="Lambda and Step Functions send traces with the role; LocalStack has none.",
    ),
    Extra(
        roles="*",
        actions=("kms:Decrypt", "kms:GenerateDataKey*"),
        because="SNS uses the key of a topic with the publisher's role; LocalStack's asks no key.",
    ),
    Extra(
        roles="JobWorkflowStateMachineRole",
        actions=("logs:*",),
        because="Step Functions sets up the delivery of its log with the role; LocalStack's "
        "writes none.",
    ),
    Extra(
        roles="JobWorkflowStateMachineRole",
        actions=("lambda:InvokeFunction",),
        resource="*:data-pipeline-job-runner:?",
        because="CDK allows a function's versions along with it; it has none.",
    ),
    *(
        Extra(roles=role, actions=actions, because=because)
        for role in ("DataProcessorFunctionRole", "ReplayFunctionRole")
        for actions, because in (
            (("s3:ListBucket",), "Without it S3 denies access to an object that is gone."),
            (("s3:GetObject",), "Objects have no version while the bucket's are suspended."),
        )
    ),
)

# Roles whose policy AWS wrote, so that it can't be narrower.
WITH_POLICIES_OF_AWS: Final = {
    "RestApiCloudWatchRole": "API Gateway's own, for the logs of all APIs of the account.",
}
