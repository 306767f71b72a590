"""The local S3 keeps its objects where no other LocalStack does."""

from pathlib import Path

import pytest

from local.state import Environment

PART = b"x" * (5 * 1024 * 1024)


def test_objects_are_kept_below_the_directory_of_the_environment(
    environment: Environment, unique: str
) -> None:
    if environment.runtime != "embedded":
        pytest.skip("In a container the directory is the container's")
    s3 = environment.client("s3")
    bucket = f"object-store-test-{unique}"
    s3.create_bucket(Bucket=bucket)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="large")["UploadId"]
    try:
        s3.upload_part(Bucket=bucket, Key="large", UploadId=upload, PartNumber=1, Body=PART)
        assert list((environment.directory / "localstack").rglob(f"s3-objects/{bucket}"))
        assert not Path("/tmp/localstack-s3-storage", bucket).exists()
    finally:
        s3.abort_multipart_upload(Bucket=bucket, Key="large", UploadId=upload)
        s3.delete_bucket(Bucket=bucket)
