"""Reads an object as the notification named it, and no later state of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.unreadable import UnreadableFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK_BYTES: Final = 256 * 1024

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_GONE: Final = {
    "NoSuchKey": "It was deleted before it was read",
    "NoSuchVersion": "This version was deleted before it was read",
    "PreconditionFailed": "It was overwritten before it was read; the new one is loaded by itself",
    "InvalidObjectState": "It is in an archive; restore it and upload it again",
}


class OpenObject(NamedTuple):
    """An object that is being read."""

    modified_at: datetime
    chunks: Iterator[bytes]


def open_object(s3: "S3Client", created: ObjectCreated) -> OpenObject:
    """Begins to read.

    Raises:
        UnreadableFile: this version of the object is not there any more.
        ClientError: S3 does not answer now, or not this role.
    """
    versioned = created.version_id != "null"
    which: dict[str, Any] = (
        {"VersionId": created.version_id} if versioned else {"IfMatch": created.etag}
    )
    try:
        response = s3.get_object(Bucket=created.bucket, Key=created.key, **which)
    except ClientError as error:
        reason = _GONE.get(error.response["Error"]["Code"])
        if reason is None:
            raise
        raise UnreadableFile("object_gone", reason) from None
    return OpenObject(
        modified_at=response["LastModified"],
        chunks=response["Body"].iter_chunks(_CHUNK_BYTES),
    )
