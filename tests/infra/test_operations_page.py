"""The run book has every alarm that can go off, and no other."""

import re

from infra.lambda_bundle import ROOT
from tests.infra.conftest import StageTemplates

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RUN_BOOK = PAGE.partition("\n## Run book\n")[2].partition("\n## Replay\n")[0]


def described() -> list[str]:
    """The first cell of each row of the run book's tables."""
    return re.findall(r"^\| `([^`]+)` \|", RUN_BOOK, flags=re.MULTILINE)


def alarms(templates: StageTemplates) -> set[str]:
    return {alarm["AlarmName"] for alarm in templates.properties("AWS::CloudWatch::Alarm")}


def test_every_alarm_has_its_row_and_every_row_its_alarm(aws_templates: StageTemplates) -> None:
    assert set(described()) == alarms(aws_templates)


def test_no_alarm_has_two_rows() -> None:
    assert len(described()) == len(set(described()))


def test_fixed_costs_count_what_is_deployed(aws_templates: StageTemplates) -> None:
    assert f"{len(alarms(aws_templates))} × p, 1 × p" in PAGE
    keys = aws_templates.resources("AWS::KMS::Key")
    secrets = aws_templates.resources("AWS::SecretsManager::Secret")
    assert (len(keys), len(secrets)) == (1, 3)


def test_endpoints_in_the_costs_are_those_of_the_prod_network(
    prod_templates: StageTemplates,
) -> None:
    endpoints = [
        endpoint
        for endpoint in prod_templates.properties("AWS::EC2::VPCEndpoint")
        if endpoint["VpcEndpointType"] == "Interface"
    ]
    zones = {len(endpoint["SubnetIds"]) for endpoint in endpoints}
    assert f"{len(endpoints)} × {zones.pop()} zones × 730 × 0.01" in PAGE


def test_firewall_in_the_costs_is_the_one_of_prod(prod_templates: StageTemplates) -> None:
    (acl,) = prod_templates.properties("AWS::WAFv2::WebACL")
    assert f"{len(acl['Rules'])} rules × 1.00" in PAGE
