"""Streaming to S3: a multipart upload in bounded memory, as it is or through gzip."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import ClientError
from isal import isal_zlib

from data_pipeline.aws import clients
from data_pipeline.aws.observability import logger
from data_pipeline.jobs.one_ahead import OneAhead

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# S3 takes at most 10,000 parts, so this allows for 80 GB; at most three parts are in memory.
_PART_BYTES = 8 * 1024 * 1024
# As fast as 1, and smaller.
_LEVEL = 2
_GZIP_WINDOW = 31


@dataclass(kw_only=True)
class Upload:
    """An object that appears once all of it was written, and not at all after an error.

    A part is sent while the next is written. `bytes_written` counts what is in the object. Of one
    key there is one upload: whoever begins anew ends what an attempt before him left, and an
    attempt that is still at it fails.
    """

    bucket: str
    key: str
    content_type: str
    metadata: dict[str, str]
    bytes_written: int = 0
    _upload_id: str = ""
    _parts: list[CompletedPartTypeDef] = field(default_factory=list)
    _buffer: bytearray = field(default_factory=bytearray)
    _sender: OneAhead[str] = field(default_factory=lambda: OneAhead("upload"))

    def __enter__(self) -> Self:
        self._end_earlier()
        upload = clients.s3().create_multipart_upload(
            Bucket=self.bucket,
            Key=self.key,
            ContentType=self.content_type,
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
        try:
            if kind is None:
                self._complete()
        except BaseException:
            self._abort()
            raise
        else:
            if kind is not None:
                self._abort()
        finally:
            self._sender.close()

    def write(self, data: bytes) -> None:
        """Appends data."""
        self._append(data)

    def _append(self, data: bytes) -> None:
        self._buffer += data
        self.bytes_written += len(data)
        if len(self._buffer) >= _PART_BYTES:
            self._send_part()

    def _finish(self) -> None:
        """Appends what ends the object."""

    def _send_part(self) -> None:
        self._await_part()
        self._sender.start(partial(self._send, len(self._parts) + 1, bytes(self._buffer)))
        self._buffer.clear()

    def _send(self, number: int, body: bytes) -> str:
        part = clients.s3().upload_part(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=body,
        )
        return part["ETag"]

    def _await_part(self) -> None:
        tag = self._sender.wait()
        if tag is not None:
            self._parts.append({"PartNumber": len(self._parts) + 1, "ETag": tag})

    def _complete(self) -> None:
        self._finish()
        if self._buffer:
            self._send_part()
        self._await_part()
        clients.s3().complete_multipart_upload(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": self._parts},
        )

    def _abort(self) -> None:
        """Ends the upload, after the part that is under way: S3 would keep it.

        The error that led here counts, not one from here: what stays, the bucket removes itself.
        """
        self._sender.close()
        try:
            self._abort_upload(self._upload_id)
        except ClientError:
            logger.warning("upload not aborted", exc_info=True)

    def _end_earlier(self) -> None:
        answer = clients.s3().list_multipart_uploads(Bucket=self.bucket, Prefix=self.key)
        for upload in answer.get("Uploads", []):
            self._abort_upload(upload["UploadId"])

    def _abort_upload(self, upload_id: str) -> None:
        try:
            clients.s3().abort_multipart_upload(
                Bucket=self.bucket, Key=self.key, UploadId=upload_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise


@dataclass(kw_only=True)
class GzipUpload(Upload):
    """The same, compressed while its writer makes what comes next."""

    content_type: str = "application/gzip"
    _worker: OneAhead[bytes] = field(default_factory=lambda: OneAhead("gzip"))

    def __enter__(self) -> Self:
        self._compressor = isal_zlib.compressobj(level=_LEVEL, wbits=_GZIP_WINDOW)
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(kind, error, traceback)
        finally:
            self._worker.close()

    def write(self, data: bytes) -> None:
        """Appends data, uncompressed."""
        self._await_compression()
        self._worker.start(partial(self._compressor.compress, data))

    def _await_compression(self) -> None:
        compressed = self._worker.wait()
        if compressed is not None:
            self._append(compressed)

    def _finish(self) -> None:
        self._await_compression()
        self._append(self._compressor.flush())
