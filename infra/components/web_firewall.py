"""What keeps attacks and floods from the API before it counts or answers them."""

from typing import Final

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
# The group for SQL injection is left out: custom SQL is what some operations are sent.
MANAGED_RULES: Final = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
)
# It refuses bodies of more than 8 KB, and queries of more than 2 KB; the API's own limits do that.
COUNTED_ONLY: Final = {
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING"),
}
WINDOW_SECONDS: Final = 300


class WebFirewall(Construct):
    """A web ACL for the API's stage: AWS's managed rules, and a limit for each address."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api_stage: apigateway.Stage,
        requests_per_address: int,
    ) -> None:
        """Sets it up.

        Args:
            scope: the construct's parent.
            construct_id: the construct's id.
            api_stage: what it protects.
            requests_per_address: in five minutes; more are refused.
        """
        super().__init__(scope, construct_id)
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            name="data-pipeline-api",
            description="Known attacks and floods of requests stay out",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility("data-pipeline-api"),
            rules=[
                _rate_rule(requests_per_address),
                *(_managed_rule(name, at + 1) for at, name in enumerate(MANAGED_RULES)),
            ],
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", resource_arn=api_stage.stage_arn, web_acl_arn=acl.attr_arn
        )


def _rate_rule(requests: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RequestsPerAddress",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=requests, aggregate_key_type="IP", evaluation_window_sec=WINDOW_SECONDS
            )
        ),
        visibility_config=_visibility("RequestsPerAddress"),
    )


def _managed_rule(name: str, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=name,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(
                        name=rule,
                        action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={}),
                    )
                    for rule in COUNTED_ONLY.get(name, ())
                ]
                or None,
            )
        ),
        visibility_config=_visibility(name),
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Metrics, but no samples: a sampled request holds its API key."""
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
