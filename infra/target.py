"""The account and region that a deployment goes to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from local.guard import RefusedError, check_aws_deployment, region_of

_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, kw_only=True)
class Target:
    """An account and region of AWS, and the way to reach them."""

    account: str
    region: str
    session: boto3.Session = field(repr=False)

    def __str__(self) -> str:
        return f"account {self.account}, {self.region}"

    # One return type for every service: annotate the variable with the client's own type.
    def client(self, service: str, **more: Any) -> Any:
        """A boto3 client for this account and region."""
        return self.session.client(service, **more)  # type: ignore[call-overload]

    def variables(self) -> dict[str, str]:
        """What has every program choose the same region: the CDK and boto3 read different ones."""
        return {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}


def find(variables: Mapping[str, str], *, expected_account: str | None = None) -> Target:
    """Where a deployment with these variables goes.

    Args:
        variables: the environment that the deployment's programs will run with.
        expected_account: the account it is meant for; None when the user is shown it and asked.

    Raises:
        RefusedError: it would not go to AWS, or to another account than it is meant for.
    """
    if expected_account is not None and not _ACCOUNT.fullmatch(expected_account):
        raise RefusedError(f"account {expected_account!r}: an account has twelve digits")
    account = check_aws_deployment(variables)
    if expected_account not in (None, account):
        raise RefusedError(
            f"the credentials are of account {account}, the deployment is meant for "
            f"{expected_account}"
        )
    region = region_of(variables)
    return Target(account=account, region=region, session=boto3.Session(region_name=region))
