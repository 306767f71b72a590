"""What every function has in common."""

from collections.abc import Mapping, Sequence

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.components.accepted_rules import accept
from infra.components.database import Login
from infra.components.log_group import PipelineLogGroup
from infra.components.network import Network
from infra.components.platform import Platform

METRICS_NAMESPACE = "DataPipeline"
# What Lambda itself does with the function's role to put it into a network; AWS has no narrower
# resource for it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
NETWORK_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


class PipelineFunction(lambda_.Function):
    """A function of the pipeline: its code, log group, tracing and settings for Powertools.

    Attributes:
        label: The function's name as plain text, where `function_name` is a reference to it.
        own_role: What it runs as; no other function does.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        name: str,
        handler: str,
        description: str,
        memory_mib: int,
        timeout: Duration,
        environment: Mapping[str, str],
        login: Login | None = None,
        administers_database: bool = False,
    ) -> None:
        """Creates the function.

        Args:
            scope: the construct's parent.
            construct_id: the construct's id.
            platform: what it is made from.
            name: the function's name.
            handler: the path of its handler.
            description: what it does, in a few words.
            memory_mib: in MiB.
            timeout: of one invocation.
            environment: its own variables.
            login: whom it is for the database, if it uses that.
            administers_database: whether it reaches the database itself, not its proxy.
        """
        log_group = PipelineLogGroup(
            scope,
            f"{construct_id}LogGroup",
            stage=platform.stage,
            name=f"/aws/lambda/{name}",
        )
        network = platform.network if login or administers_database else None
        own_role = _role(scope, f"{construct_id}Role", name, log_group, in_network=bool(network))
        super().__init__(
            scope,
            construct_id,
            function_name=name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=platform.architecture,
            code=platform.code,
            handler=handler,
            memory_size=memory_mib,
            timeout=timeout,
            role=own_role,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **(_database_variables(login, platform) if login else {}),
                **environment,
            },
            vpc=network.vpc if network else None,
            vpc_subnets=(
                ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
                if network
                else None
            ),
            security_groups=_security_groups(network, administers_database=administers_database),
        )
        self.label = name
        self.own_role = own_role
        if login:
            self.allow("secretsmanager:GetSecretValue", on=[login.secret_arn])
        accept(
            self,
            "AwsSolutions-L1",
            because="Every stage runs the Python that the code is tested with, which AWS supports.",
        )

    def allow(self, *actions: str, on: Sequence[str]) -> None:
        """Lets the function do these actions on these resources, and no others of their kind."""
        self.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(on)))


def _database_variables(login: Login, platform: Platform) -> dict[str, str]:
    return {
        "DATABASE_SECRET_ID": login.secret_id,
        "DATABASE_PROXY_HOST": platform.database.proxy_host,
    }


def _security_groups(
    network: Network | None, *, administers_database: bool
) -> list[ec2.ISecurityGroup] | None:
    if network is None:
        return None
    if administers_database:
        return [network.administration_security_group]
    return [network.function_security_group]


def _role(
    scope: Construct, construct_id: str, name: str, log_group: PipelineLogGroup, *, in_network: bool
) -> iam.Role:
    """A role that may write the function's own log, and be put into the network if it is there."""
    role = iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=f"What {name} may do",
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
    )
    if in_network:
        _allow_network(role, name)
    accept(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        because="AWS has no narrower resource for traces, passwords made at random and network "
        "interfaces; the code itself may make no interface.",
    )
    return role


def _allow_network(role: iam.Role, name: str) -> None:
    """Lets Lambda put the function into the network, and the function's code do nothing there."""
    actions = list(NETWORK_ACTIONS)
    role.add_to_policy(iam.PolicyStatement(actions=actions, resources=["*"]))
    function_arn = Stack.of(role).format_arn(
        service="lambda",
        resource="function",
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    role.add_to_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=actions,
            resources=["*"],
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        )
    )
