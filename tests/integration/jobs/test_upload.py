import gzip
import os
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from data_pipeline.jobs.upload import GzipUpload, Upload
from local.state import Environment

KEY = "jobs/x/result.ndjson.gz"


def _upload(bucket: str) -> GzipUpload:
    return GzipUpload(bucket=bucket, key=KEY, metadata={"dataset-version": "7"})


def _nothing_is_left(environment: Environment, bucket: str) -> bool:
    client = environment.client("s3")
    uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return not uploads and client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_object_of_several_parts_is_whole(services: Environment, results_bucket: str) -> None:
    blocks = [os.urandom(4_000_000) for _ in range(5)]
    with _upload(results_bucket) as upload:
        for block in blocks:
            upload.write(block)
    stored = services.client("s3").get_object(Bucket=results_bucket, Key=KEY)
    assert stored["ETag"].endswith('-2"')
    assert stored["ContentLength"] == upload.bytes_written
    assert stored["Metadata"] == {"dataset-version": "7"}
    assert gzip.decompress(stored["Body"].read()) == b"".join(blocks)


def test_memory_holds_no_more_than_a_part_and_a_write(results_bucket: str) -> None:
    with _upload(results_bucket) as upload:
        for _ in range(6):
            upload.write(os.urandom(4_000_000))
            assert len(upload._buffer) < 12_400_000


def test_empty_object_is_a_valid_archive(services: Environment, results_bucket: str) -> None:
    with _upload(results_bucket):
        pass
    stored = services.client("s3").get_object(Bucket=results_bucket, Key=KEY)
    assert gzip.decompress(stored["Body"].read()) == b""


def _fail_midway(bucket: str) -> None:
    with _upload(bucket) as upload:
        upload.write(os.urandom(9_000_000))
        raise ZeroDivisionError


def test_error_in_the_middle_leaves_neither_object_nor_upload(
    services: Environment, results_bucket: str
) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_midway(results_bucket)
    assert _nothing_is_left(services, results_bucket)


def _write_parts(bucket: str) -> None:
    with _upload(bucket) as upload:
        for _ in range(3):
            upload.write(os.urandom(9_000_000))


def test_refused_part_leaves_neither_object_nor_upload(
    services: Environment, results_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = ClientError({"Error": {"Code": "SlowDown"}}, "UploadPart")
    monkeypatch.setattr(Upload, "_send", Mock(side_effect=refusal))
    with pytest.raises(ClientError, match="SlowDown"):
        _write_parts(results_bucket)
    assert _nothing_is_left(services, results_bucket)


def test_next_attempt_ends_the_upload_of_one_that_was_killed(
    services: Environment, results_bucket: str
) -> None:
    killed = _upload(results_bucket).__enter__()
    killed.write(os.urandom(9_000_000))
    with _upload(results_bucket) as upload:
        upload.write(b"whole")
    stored = services.client("s3").get_object(Bucket=results_bucket, Key=KEY)
    assert gzip.decompress(stored["Body"].read()) == b"whole"
    assert not services.client("s3").list_multipart_uploads(Bucket=results_bucket).get("Uploads")
    with pytest.raises(ClientError, match="NoSuchUpload"):
        killed.__exit__(None, None, None)


def _fail_at_the_end(bucket: str) -> None:
    with _upload(bucket) as upload:
        upload.write(os.urandom(9_000_000))
        upload._await_compression()
        upload._await_part()
        upload._parts[0] = {"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}


def test_error_at_the_end_leaves_neither_object_nor_upload(
    services: Environment, results_bucket: str
) -> None:
    with pytest.raises(ClientError, match="InvalidPart"):
        _fail_at_the_end(results_bucket)
    assert _nothing_is_left(services, results_bucket)
