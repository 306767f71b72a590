"""What S3 says in a notification: which version of which object was created."""

from typing import Final
from urllib.parse import unquote_plus

import msgspec
from msgspec import Struct, field


class ObjectCreated(Struct, frozen=True):
    """A version of an object. In a bucket without versions `version_id` is `null`, as S3 says."""

    bucket: str
    key: str
    version_id: str
    etag: str
    size_bytes: int


class _Bucket(Struct):
    name: str


class _Object(Struct):
    key: str
    size: int = 0
    e_tag: str = field(name="eTag", default="")
    version_id: str = field(name="versionId", default="null")


class _S3(Struct):
    bucket: _Bucket
    object: _Object


class _Record(Struct):
    s3: _S3
    event_name: str = field(name="eventName")


class _Notification(Struct):
    records: list[_Record] = field(name="Records", default_factory=list)


_DECODER: Final = msgspec.json.Decoder(_Notification)


def objects_created(message: str) -> list[ObjectCreated]:
    """The objects of an S3 notification; none in the test that S3 sends to a new destination.

    Folders that S3's console makes (empty objects whose names end with a slash) are left out.
    The structure is that of
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

    Raises:
        msgspec.DecodeError: the message is no notification of S3.
    """
    return [
        ObjectCreated(
            bucket=record.s3.bucket.name,
            key=unquote_plus(record.s3.object.key),
            version_id=record.s3.object.version_id,
            etag=record.s3.object.e_tag,
            size_bytes=record.s3.object.size,
        )
        for record in _DECODER.decode(message).records
        if record.event_name.startswith("ObjectCreated:") and not record.s3.object.key.endswith("/")
    ]
