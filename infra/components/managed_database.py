"""The database that AWS runs: RDS for PostgreSQL, with a proxy that pools its connections."""

import json
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from data_pipeline.aws.secrets import DATABASE
from infra.components.accepted_rules import accept
from infra.components.log_group import PipelineLogGroup
from infra.components.network import Network
from infra.stages import ManagedDatabase as Size
from infra.stages import Stage

INSTANCE_NAME: Final = "data-pipeline"
EXPORTED_LOGS: Final = ("postgresql", "upgrade")
# The newest that the checks of templates know; RDS goes on to newer ones of 17 by itself.
VERSION: Final = rds.PostgresEngineVersion.VER_17_9


class ManagedDatabase(Construct):
    """The instance, its proxy, and a secret for each role that logs in."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        size: Size,
        stage: Stage,
        network: Network,
        secret_names: dict[str, str],
    ) -> None:
        """Creates all of it.

        Args:
            scope: the construct's parent.
            construct_id: the construct's id.
            size: of the instance.
            stage: the stage.
            network: where it lies.
            secret_names: by role; the first is the owner's.
        """
        super().__init__(scope, construct_id)
        owner, *others = secret_names
        self._group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=network.vpc,
            description="The database",
            allow_all_outbound=False,
        )
        credentials = self._secret(owner, secret_names[owner])
        self.instance = self._create_instance(size, stage, network, credentials)
        self.instance.connections.allow_default_port_from(
            network.administration_security_group, "Functions that administer the database"
        )
        if self.instance.secret is None:
            raise ValueError("RDS knows no secret of the owner of the database.")
        self.secrets: dict[str, secretsmanager.ISecret] = {owner: self.instance.secret}
        for role in others:
            self.secrets[role] = self._secret(role, secret_names[role]).attach(self.instance)
        self.proxy = self._create_proxy(network, [self.secrets[role] for role in others])

    def _secret(self, role: str, name: str) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            f"Secret-{role}",
            secret_name=name,
            description=f"How to reach the database as {role}",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                generate_string_key="password",
                password_length=40,
                exclude_punctuation=True,
                secret_string_template=json.dumps(
                    {"username": role, "dbname": DATABASE, "sslmode": "verify-full"}
                ),
            ),
        )

    def _create_instance(
        self, size: Size, stage: Stage, network: Network, owner: secretsmanager.Secret
    ) -> rds.DatabaseInstance:
        engine = rds.DatabaseInstanceEngine.postgres(version=VERSION)
        instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=INSTANCE_NAME,
            engine=engine,
            instance_type=ec2.InstanceType(size.instance_type),
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[self._group],
            # No database: the migrator makes it, since RDS would choose its sort order.
            credentials=rds.Credentials.from_secret(owner),
            parameter_group=self._parameters(engine),
            allocated_storage=size.storage_gib,
            max_allocated_storage=size.largest_storage_gib,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            multi_az=size.multi_az,
            backup_retention=Duration.days(size.backup_days),
            deletion_protection=size.deletion_protection,
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            cloudwatch_logs_exports=list(EXPORTED_LOGS),
            enable_performance_insights=True,
            monitoring_interval=Duration.minutes(1),
            removal_policy=_removal_policy(stage),
        )
        for log_group in self._create_log_groups(stage):
            instance.node.add_dependency(log_group)
        _accept_rules(instance, size)
        return instance

    def _parameters(self, engine: rds.IInstanceEngine) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            self,
            "Parameters",
            engine=engine,
            description="TLS for every connection, an end to temporary files",
            parameters={
                "rds.force_ssl": "1",
                # Of one session, in kB. No role but the superuser may set it for others.
                "temp_file_limit": str(4 * 1024 * 1024),
            },
        )

    def _create_proxy(
        self, network: Network, secrets: list[secretsmanager.ISecret]
    ) -> rds.DatabaseProxy:
        """The functions share its connections; none of its clients is the owner."""
        group = ec2.SecurityGroup(
            self,
            "ProxySecurityGroup",
            vpc=network.vpc,
            description="The proxy of the database",
            allow_all_outbound=False,
        )
        group.connections.allow_from(
            network.function_security_group,
            ec2.Port.POSTGRES,
            "Functions that use the database",
        )
        self.instance.connections.allow_default_port_from(group, "The proxy")
        return rds.DatabaseProxy(
            self,
            "Proxy",
            db_proxy_name=INSTANCE_NAME,
            proxy_target=rds.ProxyTarget.from_instance(self.instance),
            secrets=secrets,
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[group],
            require_tls=True,
            client_password_auth_type=rds.ClientPasswordAuthType.POSTGRES_SCRAM_SHA_256,
            # The rest is for the owner: migrations, rotation, people.
            max_connections_percent=80,
            borrow_timeout=Duration.seconds(20),
        )

    def _create_log_groups(self, stage: Stage) -> list[PipelineLogGroup]:
        """RDS would make the groups itself, without an end to how long they keep entries."""
        return [
            PipelineLogGroup(
                self,
                f"LogGroup-{name}",
                stage=stage,
                name=f"/aws/rds/instance/{INSTANCE_NAME}/{name}",
            )
            for name in EXPORTED_LOGS
        ]


def _accept_rules(instance: rds.DatabaseInstance, size: Size) -> None:
    accept(
        instance,
        "AwsSolutions-RDS11",
        because="Security groups decide who reaches it; another port would hide it from nobody.",
    )
    accept(
        instance,
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AmazonRDSEnhancedMonitoringRole]",
        because="RDS names this policy for what it writes to the log of the operating system.",
    )
    if not size.multi_az:
        accept(instance, "AwsSolutions-RDS3", because="This stage may wait for a new instance.")
    if not size.deletion_protection:
        accept(instance, "AwsSolutions-RDS10", because="This stage's data is to go with it.")


def _removal_policy(stage: Stage) -> RemovalPolicy:
    """A database that is kept is kept as a snapshot, which costs less than an instance."""
    if stage.removal_policy is RemovalPolicy.RETAIN:
        return RemovalPolicy.SNAPSHOT
    return stage.removal_policy
