import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra import stages
from infra.components.notifications import Notifications
from local import logs
from tests.infra.conftest import StageTemplates


def test_unknown_stage_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'staging'.*local, dev, prod"):
        stages.named("staging")


def test_prod_survives_a_deleted_stack() -> None:
    prod = stages.named("prod")
    assert prod.termination_protection
    assert prod.removal_policy.name == "RETAIN"
    assert prod.database is not None
    assert prod.database.deletion_protection
    assert prod.database.multi_az


def test_only_local_uses_an_external_database() -> None:
    assert [stage.name for stage in stages.STAGES.values() if stage.database is None] == ["local"]


def test_addresses_for_alarms_are_subscribed_to_both_topics() -> None:
    stage = stages.with_alarm_emails(stages.named("prod"), "a@example.com, b@example.org")
    stack = Stack(App(), "Stack")
    Notifications(stack, "Notifications", stage=stage)
    found = Template.from_stack(stack).find_resources("AWS::SNS::Subscription").values()
    addresses = [subscription["Properties"]["Endpoint"] for subscription in found]
    assert sorted(addresses) == ["a@example.com", "a@example.com", "b@example.org", "b@example.org"]


@pytest.mark.parametrize(
    "text", ["ops", "ops@example.com;other@example.com", "a@example.com,", " "]
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"alarmEmails.*is no address"):
        stages.with_alarm_emails(stages.named("dev"), text)


def test_logs_of_every_function_are_shown(local_templates: StageTemplates) -> None:
    names = {f"data-pipeline-{name}" for name in logs.FUNCTIONS}
    assert names == set(local_templates.functions())
