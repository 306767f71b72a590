"""Invokes the migrator, which brings the database of a deployed stage to its newest schema."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class MigrationError(RuntimeError):
    """The migrator failed; the message is its own."""


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What the migrator did.

    Attributes:
        applied: the migrations it applied now; none when the schema was up to date.
        schema_version: the newest migration of the database.
    """

    applied: tuple[str, ...]
    schema_version: str


def migrate(client: "LambdaClient", function: str) -> Migrated:
    """Migrates and waits for the end.

    Args:
        client: of the account and region of the stage; its read timeout must be longer than the
            function's timeout.
        function: the migrator's name.

    Raises:
        MigrationError: a migration failed or the database can't be reached.
    """
    response = client.invoke(FunctionName=function, Payload=b"{}")
    payload = response["Payload"].read()
    if "FunctionError" in response:
        raise MigrationError(f"{function}: {_reason(payload)}")
    result = json.loads(payload)
    return Migrated(
        applied=tuple(result["applied"]),
        schema_version=result["schemaVersion"],
    )


def _reason(payload: bytes) -> str:
    """The error's type and message, as Lambda reports them."""
    try:
        error: dict[str, Any] = json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
    kind, message = error.get("errorType"), error.get("errorMessage", "no message")
    return f"{kind}: {message}" if kind else str(message)
