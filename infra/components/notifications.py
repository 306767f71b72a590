"""Topics that tell people what happened: alerts of the pipeline, and finished jobs."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct, IConstruct

from infra.components.accepted_rules import accept
from infra.components.function import PipelineFunction
from infra.stages import Stage


class Notifications(Construct):
    """Encrypted topics with the stage's addresses subscribed."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description="Encrypts the messages of data-pipeline's topics",
            enable_key_rotation=True,
            # It protects only messages on their way, so nothing is lost with it.
            removal_policy=RemovalPolicy.DESTROY,
        )
        # AWS's own key for SNS admits no alarms, which is why the topics have one of theirs:
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        self.allow_encryption(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        self.alert_topic = self._create_topic("AlertTopic", "data-pipeline-alerts", stage)
        self.job_topic = self._create_topic("JobTopic", "data-pipeline-jobs", stage)

    def allow_encryption(self, publisher: iam.IGrantable) -> None:
        """Lets a publisher use the key, without which it can't publish."""
        self.key.grant(publisher, "kms:Decrypt", "kms:GenerateDataKey*")
        if isinstance(publisher, PipelineFunction):
            _accept_topic_key(publisher.own_role)
        elif isinstance(publisher, sfn.StateMachine):
            _accept_topic_key(publisher)

    def allow_alerts(self, function: PipelineFunction) -> None:
        """Lets a function tell of what needs people."""
        self.alert_topic.grant_publish(function)
        _accept_topic_key(function.own_role)

    def _create_topic(self, construct_id: str, name: str, stage: Stage) -> sns.Topic:
        topic = sns.Topic(
            self, construct_id, topic_name=name, master_key=self.key, enforce_ssl=True
        )
        for address in stage.alarm_emails:
            topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic


def _accept_topic_key(publisher: IConstruct) -> None:
    accept(
        publisher,
        "AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
        because="SNS asks for both of its forms, of whoever publishes to an encrypted topic.",
    )
