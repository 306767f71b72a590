"""The private network: functions that use the database run in it, and nothing reaches the internet.

Identical in every stage. LocalStack keeps the VPC as a record and does not isolate anything by it;
deploying it nevertheless costs about a second and keeps every function the same as on AWS.
"""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class Network(Construct):
    """Isolated subnets in two zones, with endpoints for what the functions call."""

    def __init__(self, scope: Construct, construct_id: str, *, endpoint_zones: int) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED
                )
            ],
            # The restriction is a custom resource; nothing here uses the default group.
            restrict_default_security_group=False,
        )
        self.function_security_group = ec2.SecurityGroup(
            self,
            "FunctionSecurityGroup",
            vpc=self.vpc,
            description="Functions that use the database",
            allow_all_outbound=False,
        )
        # The gateway endpoints' addresses are known only by prefix lists, whose ids would need a
        # look-up. The subnets have no other way out, so this reaches the endpoints and no more.
        self.function_security_group.add_egress_rule(
            ec2.Peer.any_ipv4(), ec2.Port.HTTPS, "AWS through the VPC endpoints"
        )
        self._add_endpoints(endpoint_zones)

    def _add_endpoints(self, zones: int) -> None:
        """Logs, metrics and traces leave through Lambda itself and need no endpoint."""
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        self.vpc.add_gateway_endpoint("DynamoDb", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        subnets = ec2.SubnetSelection(subnets=self.vpc.isolated_subnets[:zones])
        security_group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="Endpoints of AWS services",
            allow_all_outbound=False,
        )
        security_group.add_ingress_rule(
            self.function_security_group, ec2.Port.HTTPS, "Functions that use the database"
        )
        for name, service in (
            ("SecretsManager", ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER),
            ("Sns", ec2.InterfaceVpcEndpointAwsService.SNS),
            ("Sqs", ec2.InterfaceVpcEndpointAwsService.SQS),
        ):
            self.vpc.add_interface_endpoint(
                name, service=service, subnets=subnets, security_groups=[security_group], open=False
            )
