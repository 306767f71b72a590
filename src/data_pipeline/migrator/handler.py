"""The function `data-pipeline-migrator`."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from data_pipeline.aws.observability import logger
from data_pipeline.aws.secrets import DatabaseSecret, read_secret
from data_pipeline.aws.settings import load
from data_pipeline.migrator.database import create_database
from data_pipeline.migrator.passwords import set_password
from data_pipeline.migrator.schema import ROLES, migrate


@dataclass(frozen=True, kw_only=True)
class MigratorSettings:
    """Settings of the function that brings the database to its newest schema."""

    database_secret_id: str
    writer_secret_id: str
    reader_secret_id: str


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Brings the database to its newest schema and the roles to their secrets' passwords.

    The first time, it makes the database. Takes no parameters, changes nothing that is so already,
    and may run any number of times.

    Raises:
        SecretUnreadable: naming the secret.
        UnsuitableDatabase: somebody else made the database, with another sort order.
        psycopg.Error: the database can't be reached or refused a statement.
    """
    settings = load(MigratorSettings)
    # Read afresh: a rotation since the last invocation is a reason to be invoked again.
    owner = _conninfo(read_secret(settings.database_secret_id, refresh=True))
    writer = read_secret(settings.writer_secret_id, refresh=True)
    reader = read_secret(settings.reader_secret_id, refresh=True)

    if create_database(owner):
        logger.info("database created")
    migrated = migrate(owner)
    with psycopg.connect(owner) as connection:
        set_password(connection, writer.username, writer.password)
        set_password(connection, reader.username, reader.password)
    logger.info("migrated", extra={"applied": migrated.applied})
    return {
        "applied": list(migrated.applied),
        "schemaVersion": migrated.schema_version,
        "roles": list(ROLES),
    }


def _conninfo(secret: DatabaseSecret) -> str:
    return make_conninfo(
        "",
        **secret.connection_parameters(),
        application_name="data-pipeline-migrator",
    )
