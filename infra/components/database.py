"""The database: RDS for PostgreSQL on AWS, a PostgreSQL outside the stack locally.

Both offer the same secrets under the same names, so nothing that uses the database knows which one
it is.
"""

from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.managed_database import ManagedDatabase
from infra.components.network import Network
from infra.stages import Stage

SECRET_NAMES: Final = {
    "pipeline_owner": "data-pipeline/database/owner",
    "ingest_writer": "data-pipeline/database/writer",
    "analytics_reader": "data-pipeline/database/reader",
}


@dataclass(frozen=True, kw_only=True)
class Login:
    """A role of the database that logs in.

    Attributes:
        secret_id: the name of its secret as plain text, the same in every stage.
        secret: how to reach the database as this role.
    """

    secret_id: str
    secret: secretsmanager.ISecret

    @property
    def secret_arn(self) -> str:
        """The secret's ARN as policies name it.

        Secrets Manager adds six characters to a secret's name, which only the stack that makes it
        knows: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
        """
        return self.secret.secret_full_arn or f"{self.secret.secret_arn}-??????"


class Database(Construct):
    """PostgreSQL 17, and one secret for each role that logs in.

    Attributes:
        owner: the role that administers it.
        writer: the role that loads files.
        reader: the role that answers questions.
        proxy_host: what pools the connections of writer and reader; empty where nothing does.
        instance: the one that AWS runs, if it runs any.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, network: Network
    ) -> None:
        super().__init__(scope, construct_id)
        self.proxy_host = ""
        self.instance: rds.DatabaseInstance | None = None
        if stage.database is None:
            secrets = {
                role: secretsmanager.Secret.from_secret_name_v2(self, f"Secret-{role}", name)
                for role, name in SECRET_NAMES.items()
            }
        else:
            managed = ManagedDatabase(
                self,
                "Managed",
                size=stage.database,
                stage=stage,
                network=network,
                secret_names=SECRET_NAMES,
            )
            self.proxy_host = managed.proxy.endpoint
            self.instance = managed.instance
            secrets = managed.secrets
        logins = {
            role: Login(secret_id=name, secret=secrets[role]) for role, name in SECRET_NAMES.items()
        }
        self.owner = logins["pipeline_owner"]
        self.writer = logins["ingest_writer"]
        self.reader = logins["analytics_reader"]

    @property
    def logins(self) -> dict[str, Login]:
        """All of them."""
        return {"Owner": self.owner, "Writer": self.writer, "Reader": self.reader}
