"""The cache of answers, keyed by question and version of the data."""

from aws_cdk import RemovalPolicy
from constructs import Construct

from infra.components.expiring_table import ExpiringTable


class QueryCache(Construct):
    """A table whose items expire by themselves."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.table = ExpiringTable(
            self,
            "Table",
            key="cacheKey",
            # Everything in it can be asked for again.
            removal_policy=RemovalPolicy.DESTROY,
        )
