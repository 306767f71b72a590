"""What the functions of one stack share."""

from dataclasses import dataclass
from typing import Self

from aws_cdk import aws_lambda as lambda_

from infra.components.database import Database
from infra.components.network import Network
from infra.lambda_bundle import LambdaBundle
from infra.stages import Stage


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What functions are made from, and where those run that use the database.

    Attributes:
        code: the bundle, as an asset of the stack.
        architecture: the processors that the bundle is for.
    """

    stage: Stage
    code: lambda_.Code
    architecture: lambda_.Architecture
    network: Network
    database: Database

    @classmethod
    def of_stack(
        cls, *, stage: Stage, bundle: LambdaBundle, network: Network, database: Database
    ) -> Self:
        """One stack's own: CDK binds an asset to the stack that uses it first."""
        return cls(
            stage=stage,
            code=lambda_.Code.from_asset(str(bundle.path)),
            architecture=(
                lambda_.Architecture.ARM_64 if bundle.is_arm else lambda_.Architecture.X86_64
            ),
            network=network,
            database=database,
        )
