"""The database: RDS for PostgreSQL on AWS, a PostgreSQL outside the stack locally.

The only component that is built differently for different stages. Both offer the same secrets
under the same names, so nothing that uses the database knows which one it is.
"""

from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.network import Network
from infra.stages import ManagedDatabase, Stage

DATABASE_NAME: Final = "pipeline"
INSTANCE_NAME: Final = "data-pipeline"
OWNER_SECRET: Final = "data-pipeline/database/owner"  # noqa: S105 - a name
WRITER_SECRET: Final = "data-pipeline/database/writer"  # noqa: S105 - a name
READER_SECRET: Final = "data-pipeline/database/reader"  # noqa: S105 - a name


class Database(Construct):
    """PostgreSQL 17, and one secret for each role that logs in."""

    owner_secret: secretsmanager.ISecret
    writer_secret: secretsmanager.ISecret
    reader_secret: secretsmanager.ISecret

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, network: Network
    ) -> None:
        super().__init__(scope, construct_id)
        if stage.database is None:
            self._refer_to_external()
        else:
            self._create(stage.database, stage, network)

    def _refer_to_external(self) -> None:
        self.owner_secret = self._existing_secret("OwnerSecret", OWNER_SECRET)
        self.writer_secret = self._existing_secret("WriterSecret", WRITER_SECRET)
        self.reader_secret = self._existing_secret("ReaderSecret", READER_SECRET)

    def _existing_secret(self, construct_id: str, name: str) -> secretsmanager.ISecret:
        return secretsmanager.Secret.from_secret_name_v2(self, construct_id, name)

    def _create(self, size: ManagedDatabase, stage: Stage, network: Network) -> None:
        instance = self._create_instance(size, stage, network)
        instance.connections.allow_default_port_from(
            network.function_security_group, "Functions that use the database"
        )
        if instance.secret is None:
            raise ValueError("RDS made no secret for the owner of the database.")
        self.owner_secret = instance.secret
        self.writer_secret = self._role_secret(
            instance, "WriterSecret", role="ingest_writer", name=WRITER_SECRET
        )
        self.reader_secret = self._role_secret(
            instance, "ReaderSecret", role="analytics_reader", name=READER_SECRET
        )

    def _create_instance(
        self, size: ManagedDatabase, stage: Stage, network: Network
    ) -> rds.DatabaseInstance:
        engine = rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of("17", "17")
        )
        instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=INSTANCE_NAME,
            engine=engine,
            instance_type=ec2.InstanceType(size.instance_type),
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[
                ec2.SecurityGroup(
                    self,
                    "SecurityGroup",
                    vpc=network.vpc,
                    description="The database",
                    allow_all_outbound=False,
                )
            ],
            database_name=DATABASE_NAME,
            credentials=rds.Credentials.from_generated_secret(
                "pipeline_owner", secret_name=OWNER_SECRET
            ),
            parameter_group=rds.ParameterGroup(
                self,
                "Parameters",
                engine=engine,
                description="TLS for every connection, an end to temporary files",
                parameters={
                    "rds.force_ssl": "1",
                    # Of one session, in kB. No role but the superuser may set it for others.
                    "temp_file_limit": str(4 * 1024 * 1024),
                },
            ),
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
            cloudwatch_logs_exports=["postgresql"],
            removal_policy=_database_removal_policy(stage),
        )
        instance.node.add_dependency(self._create_log_group(stage))
        return instance

    def _create_log_group(self, stage: Stage) -> logs.LogGroup:
        """RDS would make the group itself, without an end to how long it keeps entries."""
        return logs.LogGroup(
            self,
            "LogGroup",
            log_group_name=f"/aws/rds/instance/{INSTANCE_NAME}/postgresql",
            retention=stage.log_retention,
            removal_policy=stage.removal_policy,
        )

    def _role_secret(
        self, instance: rds.DatabaseInstance, construct_id: str, *, role: str, name: str
    ) -> secretsmanager.ISecret:
        secret = rds.DatabaseSecret(
            self, construct_id, username=role, dbname=DATABASE_NAME, secret_name=name
        )
        return secret.attach(instance)


def _database_removal_policy(stage: Stage) -> RemovalPolicy:
    """A database that is kept is kept as a snapshot, which costs less than an instance."""
    if stage.removal_policy is RemovalPolicy.RETAIN:
        return RemovalPolicy.SNAPSHOT
    return stage.removal_policy
