"""From the raw bucket to the queue."""

from tests.infra.conftest import StageTemplates


def test_every_new_object_is_told_whatever_its_name(templates: StageTemplates) -> None:
    (bucket,) = (
        properties
        for properties in templates.properties("AWS::S3::Bucket")
        if "NotificationConfiguration" in properties
    )
    (notification,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert notification["Event"] == "s3:ObjectCreated:*"
    assert "Filter" not in notification


def test_bucket_waits_for_the_policy_that_lets_it_notify(templates: StageTemplates) -> None:
    policies = templates.resources("AWS::SQS::QueuePolicy")
    (bucket,) = (
        resource
        for resource in templates.resources("AWS::S3::Bucket").values()
        if "NotificationConfiguration" in resource["Properties"]
    )
    assert set(bucket["DependsOn"]) & set(policies)


def test_messages_stay_hidden_for_six_times_the_timeout(templates: StageTemplates) -> None:
    timeout = templates.functions()["data-pipeline-data-processor"]["Timeout"]
    queues = {queue["QueueName"]: queue for queue in templates.properties("AWS::SQS::Queue")}
    assert queues["data-pipeline-ingest"]["VisibilityTimeout"] == 6 * timeout


def test_what_fails_again_and_again_is_kept_aside(templates: StageTemplates) -> None:
    queues = {queue["QueueName"]: queue for queue in templates.properties("AWS::SQS::Queue")}
    assert queues["data-pipeline-ingest"]["RedrivePolicy"]["maxReceiveCount"] == 9
    assert queues["data-pipeline-ingest-dlq"]["MessageRetentionPeriod"] == 14 * 86_400
