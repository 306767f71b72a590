"""The versions of a secret while it is rotated."""

import json
import secrets
from dataclasses import dataclass

from data_pipeline.aws import clients

_PASSWORD_BYTES = 32


class RotationRefused(Exception):  # noqa: N818 - says what happened, as callers name it
    """The rotation that was asked for is none that Secrets Manager has begun."""


@dataclass(frozen=True, kw_only=True)
class SecretVersions:
    """A secret, and the version that is to be its next."""

    secret_id: str
    token: str

    def check(self) -> None:
        """Refuses a call for a version that is not in the making.

        Raises:
            RotationRefused: as the name says.
        """
        found = clients.secretsmanager().describe_secret(SecretId=self.secret_id)
        if not found.get("RotationEnabled"):
            raise RotationRefused(f"The secret {self.secret_id} is not set up for rotation.")
        if self.token not in found.get("VersionIdsToStages", {}):
            raise RotationRefused(f"The secret {self.secret_id} has no such version to rotate to.")

    def current(self) -> str:
        """The version in use."""
        client = clients.secretsmanager()
        found = client.get_secret_value(SecretId=self.secret_id, VersionStage="AWSCURRENT")
        return found["SecretString"]

    def pending(self) -> str:
        """The version in the making."""
        found = clients.secretsmanager().get_secret_value(
            SecretId=self.secret_id, VersionId=self.token, VersionStage="AWSPENDING"
        )
        return found["SecretString"]

    def create_pending(self) -> None:
        """Makes the next version: the one in use with another password."""
        client = clients.secretsmanager()
        try:
            self.pending()
        except client.exceptions.ResourceNotFoundException:
            values = json.loads(self.current())
            values["password"] = secrets.token_urlsafe(_PASSWORD_BYTES)
            client.put_secret_value(
                SecretId=self.secret_id,
                ClientRequestToken=self.token,
                SecretString=json.dumps(values),
                VersionStages=["AWSPENDING"],
            )

    def finish(self) -> None:
        """Makes the pending version the one in use."""
        client = clients.secretsmanager()
        stages = client.describe_secret(SecretId=self.secret_id)["VersionIdsToStages"]
        (current,) = (version for version, found in stages.items() if "AWSCURRENT" in found)
        if current != self.token:
            client.update_secret_version_stage(
                SecretId=self.secret_id,
                VersionStage="AWSCURRENT",
                MoveToVersionId=self.token,
                RemoveFromVersionId=current,
            )
