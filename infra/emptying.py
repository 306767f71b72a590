"""Empties the buckets that go with a stack: CloudFormation deletes none that holds objects."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


def buckets_to_empty(client: "CloudFormationClient", stack: str) -> list[str]:
    """The buckets that are deleted with a stack, and none that the stage retains.

    Returns:
        Their names; none when there is no such stack.

    Raises:
        ClientError: CloudFormation could not be asked.
    """
    try:
        template = client.get_template(StackName=stack)["TemplateBody"]
        found = client.describe_stack_resources(StackName=stack)["StackResources"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return []
        raise
    return [
        resource["PhysicalResourceId"]
        for resource in found
        if resource["ResourceType"] == "AWS::S3::Bucket"
        and resource.get("PhysicalResourceId")
        and resource["ResourceStatus"] != "DELETE_COMPLETE"
        and template["Resources"][resource["LogicalResourceId"]].get("DeletionPolicy") == "Delete"
    ]


def empty(client: "S3Client", bucket: str) -> int:
    """Deletes every version of every object of a bucket.

    Returns:
        How many there were.

    Raises:
        ClientError: S3 refused.
    """
    deleted = 0
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions: list[ObjectIdentifierTypeDef] = [
            {"Key": found["Key"], "VersionId": found["VersionId"]}
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        for some in _thousands(versions):
            client.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})
        deleted += len(versions)
    return deleted


def _thousands(
    versions: "list[ObjectIdentifierTypeDef]",
) -> "Iterator[list[ObjectIdentifierTypeDef]]":
    """As many as one request may delete."""
    for start in range(0, len(versions), 1000):
        yield versions[start : start + 1000]
