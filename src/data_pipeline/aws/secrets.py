"""Database credentials from Secrets Manager, in the JSON shape that RDS writes and rotates."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.aws import clients


class SecretUnreadable(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """A secret is absent, may not be read, or lacks a field. Never holds any of its content."""


class _NoSuchVersion(Exception):  # noqa: N818 - says what is wrong
    """The secret has no version in that stage, or one without a value yet."""


# RDS names none in the secrets of an instance in which it made none.
DATABASE = "pipeline"
# The authorities that sign the certificates of RDS and of RDS Proxy; the bundle's build puts them
# beside the package.
AUTHORITIES = Path(__file__).parents[2] / "certificates" / "rds.pem"


class ConnectionParameters(TypedDict):
    """Libpq's parameters that a secret gives."""

    host: str
    port: int
    dbname: str
    user: str
    password: str
    sslmode: str | None
    sslrootcert: str | None


@dataclass(frozen=True, kw_only=True)
class DatabaseSecret:
    """How to reach a database and as whom.

    `sslmode` is libpq's; a secret without one leaves the choice to libpq (`prefer`). On AWS the
    secret says `verify-full`.
    """

    host: str
    port: int
    dbname: str
    username: str
    password: str = field(repr=False)
    sslmode: str | None = None

    def connection_parameters(self) -> ConnectionParameters:
        """The parameters of a connection, by libpq's names."""
        verifies = self.sslmode is not None and self.sslmode.startswith("verify")
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.dbname,
            "user": self.username,
            "password": self.password,
            "sslmode": self.sslmode,
            "sslrootcert": str(AUTHORITIES) if verifies else None,
        }


_known: dict[str, DatabaseSecret] = {}


def read_secret(secret_id: str, *, refresh: bool = False) -> DatabaseSecret:
    """The secret's current version, remembered until asked to read it afresh.

    Raises:
        SecretUnreadable: naming the secret and what is wrong, without any of its values.
    """
    if refresh or secret_id not in _known:
        _known[secret_id] = parse_secret(secret_id, _fetch(secret_id))
    return _known[secret_id]


def read_pending(secret_id: str) -> DatabaseSecret | None:
    """The version that a rotation is about to make the current one; None when there is none.

    Remembered in place of the current version: whoever asks for it was refused with that one.

    Raises:
        SecretUnreadable: naming the secret and what is wrong, without any of its values.
    """
    # A rotation first adds the version without a value.
    try:
        text = _fetch(secret_id, stage="AWSPENDING")
    except _NoSuchVersion:
        return None
    secret = _known[secret_id] = parse_secret(secret_id, text)
    return secret


def _fetch(secret_id: str, *, stage: str = "AWSCURRENT") -> str:
    client = clients.secretsmanager()
    try:
        return client.get_secret_value(SecretId=secret_id, VersionStage=stage)["SecretString"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException" and stage != "AWSCURRENT":
            raise _NoSuchVersion from None
        raise SecretUnreadable(f"The secret {secret_id} cannot be read: {code}.") from None
    except BotoCoreError as error:
        kind = type(error).__name__
        raise SecretUnreadable(f"The secret {secret_id} cannot be read: {kind}.") from None
    except KeyError:
        raise SecretUnreadable(f"The secret {secret_id} is binary, not a string.") from None


def parse_secret(secret_id: str, text: str) -> DatabaseSecret:
    """Reads a secret's text.

    Raises:
        SecretUnreadable: naming the secret and what is wrong, without any of its values.
    """
    try:
        values = json.loads(text)
        return DatabaseSecret(
            host=values["host"],
            port=int(values["port"]),
            dbname=values.get("dbname") or DATABASE,
            username=values["username"],
            password=values["password"],
            sslmode=values.get("sslmode"),
        )
    except KeyError as error:
        raise SecretUnreadable(f"The secret {secret_id} has no field {error}.") from None
    except (ValueError, TypeError, AttributeError):
        raise SecretUnreadable(f"The secret {secret_id} is not RDS's JSON object.") from None
