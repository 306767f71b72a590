"""Streaming to S3: gzip into a multipart upload, in bounded memory."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from data_pipeline.aws import clients

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# S3 takes at most 10,000 parts, so this allows for 80 GB; at most two parts are in memory.
_PART_BYTES = 8 * 1024 * 1024
_FASTEST = 1
_GZIP_WINDOW = 31


@dataclass(kw_only=True)
class GzipUpload:
    """An object that appears once all of it was written, and not at all after an error.

    `bytes_written` counts what is in the object, compressed.
    """

    bucket: str
    key: str
    metadata: dict[str, str]
    bytes_written: int = 0
    _upload_id: str = ""
    _parts: list[CompletedPartTypeDef] = field(default_factory=list)
    _buffer: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Self:
        self._compressor = zlib.compressobj(level=_FASTEST, wbits=_GZIP_WINDOW)
        upload = clients.s3().create_multipart_upload(
            Bucket=self.bucket,
            Key=self.key,
            ContentType="application/gzip",
            Metadata=self.metadata,
        )
        self._upload_id = upload["UploadId"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._abort()
            return
        try:
            self._complete()
        except BaseException:
            self._abort()
            raise

    def write(self, data: bytes) -> None:
        """Appends data, uncompressed."""
        self._append(self._compressor.compress(data))

    def _append(self, compressed: bytes) -> None:
        self._buffer += compressed
        self.bytes_written += len(compressed)
        if len(self._buffer) >= _PART_BYTES:
            self._upload_part()

    def _upload_part(self) -> None:
        number = len(self._parts) + 1
        part = clients.s3().upload_part(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=bytes(self._buffer),
        )
        self._parts.append({"PartNumber": number, "ETag": part["ETag"]})
        self._buffer.clear()

    def _complete(self) -> None:
        self._append(self._compressor.flush())
        if self._buffer:
            self._upload_part()
        clients.s3().complete_multipart_upload(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": self._parts},
        )

    def _abort(self) -> None:
        clients.s3().abort_multipart_upload(
            Bucket=self.bucket, Key=self.key, UploadId=self._upload_id
        )
