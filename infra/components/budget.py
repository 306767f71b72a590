"""Tells when a stage costs more in a month than it should."""

from typing import Final

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.components.notifications import Notifications

PERCENT_OF_BUDGET: Final = 80


class Budget(Construct):
    """A monthly budget of the account, with an alert before it is used up and one when it will be.

    Of the account, since costs are told apart by tags only once the payer has activated these.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, dollars: int, notifications: Notifications
    ) -> None:
        super().__init__(scope, construct_id)
        publisher = iam.ServicePrincipal("budgets.amazonaws.com")
        notifications.alert_topic.grant_publish(publisher)
        subscriber = budgets.CfnBudget.SubscriberProperty(
            subscription_type="SNS", address=notifications.alert_topic.topic_arn
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name="data-pipeline",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=dollars, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=threshold,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, threshold in (("ACTUAL", PERCENT_OF_BUDGET), ("FORECASTED", 100))
            ],
        )
