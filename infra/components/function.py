"""What every function has in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.components.network import Network
from infra.stages import Stage

METRICS_NAMESPACE = "DataPipeline"


@dataclass(frozen=True, kw_only=True)
class FunctionCode:
    """The bundle as the functions of one stack share it."""

    code: lambda_.Code
    architecture: lambda_.Architecture

    @classmethod
    def of_bundle(cls, path: Path, *, is_arm: bool) -> "FunctionCode":
        """A stack needs an asset of its own: CDK binds an asset to the stack that uses it."""
        return cls(
            code=lambda_.Code.from_asset(str(path)),
            architecture=lambda_.Architecture.ARM_64 if is_arm else lambda_.Architecture.X86_64,
        )


class PipelineFunction(lambda_.Function):
    """A function of the pipeline: its code, log group, tracing and settings for Powertools.

    Attributes:
        label: The function's name as plain text, where `function_name` is a reference to it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        code: FunctionCode,
        name: str,
        handler: str,
        description: str,
        memory_mib: int,
        timeout: Duration,
        environment: Mapping[str, str],
        network: Network | None = None,
    ) -> None:
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}LogGroup",
            log_group_name=f"/aws/lambda/{name}",
            retention=stage.log_retention,
            removal_policy=stage.removal_policy,
        )
        super().__init__(
            scope,
            construct_id,
            function_name=name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=code.architecture,
            code=code.code,
            handler=handler,
            memory_size=memory_mib,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **environment,
            },
            vpc=network.vpc if network else None,
            vpc_subnets=(
                ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
                if network
                else None
            ),
            security_groups=[network.function_security_group] if network else None,
        )
        self.label = name

    def allow(self, *actions: str, on: Sequence[str]) -> None:
        """Lets the function do these actions on these resources, and no others of their kind."""
        self.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(on)))
