"""Where exports arrive: the raw bucket, and the queue that tells of each new object."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.components.accepted_rules import accept_resources
from infra.components.access_logs import AccessLogs
from infra.components.function import PipelineFunction
from infra.components.private_bucket import PrivateBucket
from infra.stages import Stage

# A message comes back when no answer came; AWS asks for six times the function's timeout:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_PER_TIMEOUT = 6
# The function itself says when a message comes back, later each time: nine receives are 21 minutes
# of a database that is away.
RECEIVES_BEFORE_DEAD_LETTER = 9


class RawData(Construct):
    """The raw bucket with its ingest queue and dead-letter queue."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        processor_timeout: Duration,
        access_logs: AccessLogs,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letter_queue = sqs.Queue(
            self,
            "DeadLetterQueue",
            queue_name="data-pipeline-ingest-dlq",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name="data-pipeline-ingest",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(
                VISIBILITY_PER_TIMEOUT * int(processor_timeout.to_seconds())
            ),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letter_queue, max_receive_count=RECEIVES_BEFORE_DEAD_LETTER
            ),
        )
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            stage=stage,
            access_logs=access_logs.bucket,
            access_logs_prefix="raw/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    noncurrent_version_expiration=Duration.days(90),
                )
            ],
        )
        self._notify_queue()

    def grant_read_version(self, function: PipelineFunction) -> None:
        """Lets a function read each version of each object."""
        objects = self.bucket.arn_for_objects("*")
        function.allow("s3:GetObject", "s3:GetObjectVersion", on=[objects])
        # Without it S3 says of an object that is gone that access is denied.
        function.allow("s3:ListBucket", on=[self.bucket.bucket_arn])
        accept_resources(
            function.own_role, self.bucket, "/*", because="Each object that arrives is to be read."
        )

    def _notify_queue(self) -> None:
        """Tells the queue of every object, whatever its name: an unknown kind is reported.

        Set on the bucket itself, since CDK's own way is a custom resource.
        """
        # The condition names the account: naming the bucket would make bucket and policy wait for
        # each other, since S3 accepts the notification only when the policy is in place.
        policy = self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        bucket = self.bucket.node.default_child
        if not isinstance(bucket, s3.CfnBucket):
            raise TypeError("The raw bucket has no CloudFormation resource.")
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*", queue=self.queue.queue_arn
                )
            ]
        )
        if policy.policy_dependable is not None:
            bucket.node.add_dependency(policy.policy_dependable)
