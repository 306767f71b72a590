"""Where S3 writes down who read and wrote the objects of the other buckets."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.components.accepted_rules import accept
from infra.components.private_bucket import PrivateBucket
from infra.stages import Stage

RETENTION: Final = Duration.days(90)


class AccessLogs(Construct):
    """The bucket for the access logs of both stacks' buckets."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            stage=stage,
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
