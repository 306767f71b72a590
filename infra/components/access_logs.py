"""Where S3 writes down who read and wrote the objects of the other buckets."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.components.accepted_rules import accept
from infra.stages import Stage

RETENTION: Final = Duration.days(90)


class AccessLogs(Construct):
    """The bucket for the access logs of both stacks' buckets."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            # S3 delivers logs to no bucket that is encrypted with a key of the customer's.
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=stage.removal_policy,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=RETENTION, noncurrent_version_expiration=Duration.days(1)
                )
            ],
        )
        accept(
            self.bucket,
            "AwsSolutions-S1",
            because="It holds the access logs; logging its own would never end.",
        )
