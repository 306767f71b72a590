"""The database: RDS for PostgreSQL on AWS, a PostgreSQL outside the stack locally.

Both offer the same secrets under the same names, so nothing that uses the database knows which one
it is.
"""

from typing import Final

from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.managed_database import ManagedDatabase
from infra.components.network import Network
from infra.stages import Stage

OWNER_SECRET: Final = "data-pipeline/database/owner"  # noqa: S105 - a name
WRITER_SECRET: Final = "data-pipeline/database/writer"  # noqa: S105 - a name
READER_SECRET: Final = "data-pipeline/database/reader"  # noqa: S105 - a name
SECRET_NAMES: Final = {
    "pipeline_owner": OWNER_SECRET,
    "ingest_writer": WRITER_SECRET,
    "analytics_reader": READER_SECRET,
}


class Database(Construct):
    """PostgreSQL 17, and one secret for each role that logs in.

    Attributes:
        owner_secret: how to reach it as the owner, who administers it.
        writer_secret: how to reach it as the role that loads files.
        reader_secret: how to reach it as the role that answers questions.
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
        self.owner_secret = secrets["pipeline_owner"]
        self.writer_secret = secrets["ingest_writer"]
        self.reader_secret = secrets["analytics_reader"]
