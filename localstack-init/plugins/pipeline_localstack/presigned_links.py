"""Refuses presigned links of S3 that have expired or were changed.

LocalStack 4.14.0 can, but by default lets all through: it knows the secret keys of users and not
those of roles, so that it would refuse each link that a function made.
"""

from localstack import config
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.services.s3 import presigned_url
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

_secret_of_user = presigned_url.get_secret_access_key_from_access_key_id


def apply() -> None:
    """Validates links, for the life of this process."""
    config.S3_SKIP_SIGNATURE_VALIDATION = False
    presigned_url.get_secret_access_key_from_access_key_id = _secret


def _secret(access_key_id: str, region: str) -> str | None:
    account = get_account_id_from_access_key_id(access_key_id)
    backend = sts_backends[account][get_partition(region)]
    role = backend.get_assumed_role_from_access_key(access_key_id)
    secret: str | None = role.secret_access_key if role else _secret_of_user(access_key_id, region)
    return secret
