"""The function `data-pipeline-password-rotation`.

Secrets Manager calls it four times for each rotation, and again after a failure, so each step
may find that it was done before:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html

AWS's own rotation function logs in as the role itself, and `analytics_reader` can't: all that it
does is read-only, where PostgreSQL changes no password. So here the owner changes them all.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from data_pipeline.aws.observability import logger
from data_pipeline.aws.secrets import DatabaseSecret, parse_secret
from data_pipeline.aws.settings import load
from data_pipeline.migrator.passwords import set_password
from data_pipeline.rotation.versions import SecretVersions


@dataclass(frozen=True, kw_only=True)
class PasswordRotationSettings:
    """Settings of the function that gives the database's roles new passwords."""

    owner_secret_id: str


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 - Lambda's signature
    """Does one step of a rotation.

    Raises:
        RotationRefused: Secrets Manager does not rotate this secret, or not to this version.
        psycopg.Error: the database can't be reached or refused a statement.
    """
    settings = load(PasswordRotationSettings)
    versions = SecretVersions(secret_id=event["SecretId"], token=event["ClientRequestToken"])
    versions.check()
    step = event["Step"]
    if step == "createSecret":
        versions.create_pending()
    elif step == "setSecret":
        _set(versions, owner=SecretVersions(secret_id=settings.owner_secret_id, token=""))
    elif step == "testSecret":
        _test(parse_secret(versions.secret_id, versions.pending()))
    elif step == "finishSecret":
        versions.finish()
    logger.info("rotation", extra={"step": step, "secret": versions.secret_id})


def _set(versions: SecretVersions, *, owner: SecretVersions) -> None:
    """Gives the role its new password.

    When it is the owner's own, a step before this one may have changed it already.
    """
    pending = parse_secret(versions.secret_id, versions.pending())
    administrator = parse_secret(owner.secret_id, owner.current())
    if pending.username == administrator.username and _can_log_in(pending):
        return
    with psycopg.connect(_conninfo(administrator)) as connection:
        set_password(connection, pending.username, pending.password)


def _test(secret: DatabaseSecret) -> None:
    with psycopg.connect(_conninfo(secret)) as connection:
        connection.execute("SELECT 1")


def _can_log_in(secret: DatabaseSecret) -> bool:
    try:
        _test(secret)
    except psycopg.OperationalError:
        return False
    return True


def _conninfo(secret: DatabaseSecret) -> str:
    return make_conninfo(
        "",
        **secret.connection_parameters(),
        connect_timeout=5,
        application_name="data-pipeline-password-rotation",
    )
