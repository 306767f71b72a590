"""A bucket that only the account's own roles use, through TLS."""

from collections.abc import Sequence

from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stages import Stage


class PrivateBucket(s3.Bucket):
    """A versioned, encrypted bucket."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        lifecycle_rules: Sequence[s3.LifecycleRule],
        access_logs: s3.IBucket | None = None,
        access_logs_prefix: str | None = None,
        cors: Sequence[s3.CorsRule] | None = None,
    ) -> None:
        """Creates the bucket.

        Args:
            scope: the construct's parent.
            construct_id: the construct's id.
            stage: the stage, whose data stays or goes with the stack.
            lifecycle_rules: when its objects go.
            access_logs: where S3 writes down who read and wrote its objects.
            access_logs_prefix: of the names that these logs have there.
            cors: which pages may read from it.
        """
        super().__init__(
            scope,
            construct_id,
            versioned=True,
            # S3 delivers access logs to no bucket that is encrypted with a customer's own key.
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=access_logs_prefix,
            removal_policy=stage.removal_policy,
            lifecycle_rules=list(lifecycle_rules),
            cors=list(cors) if cors else None,
        )
