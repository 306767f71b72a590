"""The private network: functions that use the database run in it, and nothing reaches the internet.

The same in every stage but for a log of refused connections on AWS. LocalStack keeps the VPC as a
record and does not isolate anything by it; deploying it nevertheless costs about a second and keeps
every function the same as on AWS.
"""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.components.log_group import PipelineLogGroup
from infra.stages import Stage


class Network(Construct):
    """Isolated subnets in two zones, with endpoints for what the functions call."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
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
        self.function_security_group = self._function_group(
            "FunctionSecurityGroup", "Functions that use the database"
        )
        self.administration_security_group = self._function_group(
            "AdministrationSecurityGroup", "Functions that administer the database"
        )
        self._add_endpoints(stage.endpoint_zones)
        # It would be a record as well, but one that LocalStack does not know.
        if stage.is_on_aws:
            self._add_flow_log(stage)

    def _function_group(self, construct_id: str, description: str) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            construct_id,
            vpc=self.vpc,
            description=description,
            allow_all_outbound=False,
        )
        # The gateway endpoints' addresses are known only by prefix lists, whose ids would need a
        # look-up. The subnets have no other way out, so this reaches the endpoints and no more.
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.HTTPS, "AWS through the VPC endpoints")
        return group

    def _add_flow_log(self, stage: Stage) -> None:
        """Writes down which connections were refused, since nothing here should ask for one."""
        log_group = PipelineLogGroup(
            self, "FlowLogGroup", stage=stage, name="/data-pipeline/network/refused"
        )
        self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )

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
        for group in (self.function_security_group, self.administration_security_group):
            security_group.add_ingress_rule(group, ec2.Port.HTTPS, "Functions")
        for name, service in (
            ("SecretsManager", ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER),
            ("Sns", ec2.InterfaceVpcEndpointAwsService.SNS),
            ("Sqs", ec2.InterfaceVpcEndpointAwsService.SQS),
        ):
            self.vpc.add_interface_endpoint(
                name, service=service, subnets=subnets, security_groups=[security_group], open=False
            )
