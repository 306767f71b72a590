"""AWS clients, made at first use and kept for the life of the execution environment.

Importing boto3 and making one client costs a third of a second, so nothing is imported before
it is needed. Where AWS is, and as whom to speak to it, boto3 finds in its own environment
variables.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


@cache
def dynamodb() -> DynamoDBClient:
    """The DynamoDB client."""
    import boto3  # noqa: PLC0415 -- see the module's docstring

    return boto3.client("dynamodb", config=_config(read_timeout=5))


@cache
def s3() -> S3Client:
    """The S3 client, whose presigned URLs also work for whoever they are handed to.

    Virtual-hosted addressing makes botocore presign for the bucket's regional endpoint; its
    default presigns for the global one, which redirects, and a redirect breaks the signature.
    For an endpoint that is an IP address botocore keeps to path style by itself.
    """
    import boto3  # noqa: PLC0415 -- see the module's docstring

    config = _config(read_timeout=60, signature_version="s3v4")
    return boto3.client("s3", config=config.merge(_virtual_hosted()))


@cache
def secretsmanager() -> SecretsManagerClient:
    """The Secrets Manager client."""
    import boto3  # noqa: PLC0415 -- see the module's docstring

    return boto3.client("secretsmanager", config=_config(read_timeout=5))


@cache
def sns() -> SNSClient:
    """The SNS client."""
    import boto3  # noqa: PLC0415 -- see the module's docstring

    return boto3.client("sns", config=_config(read_timeout=5))


@cache
def sqs() -> SQSClient:
    """The SQS client."""
    import boto3  # noqa: PLC0415 -- see the module's docstring

    return boto3.client("sqs", config=_config(read_timeout=5))


@cache
def stepfunctions() -> SFNClient:
    """The Step Functions client."""
    import boto3  # noqa: PLC0415 -- see the module's docstring

    return boto3.client("stepfunctions", config=_config(read_timeout=10))


def _config(*, read_timeout: int, signature_version: str | None = None) -> Config:
    from botocore.config import Config  # noqa: PLC0415 -- see the module's docstring

    return Config(
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": 3},
        signature_version=signature_version,
    )


def _virtual_hosted() -> Config:
    from botocore.config import Config  # noqa: PLC0415 -- see the module's docstring

    return Config(s3={"addressing_style": "virtual"})
