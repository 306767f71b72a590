"""What is deleted before a stack is."""

from infra.emptying import buckets_to_empty, empty
from local.state import Environment


def test_every_version_of_every_object_goes(environment: Environment, unique: str) -> None:
    s3 = environment.client("s3")
    s3.create_bucket(Bucket=unique)
    s3.put_bucket_versioning(Bucket=unique, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket=unique, Key="a", Body=body)
    s3.put_object(Bucket=unique, Key="b", Body=b"")
    s3.delete_object(Bucket=unique, Key="b")

    assert empty(s3, unique) == 4
    s3.delete_bucket(Bucket=unique)


def test_buckets_that_go_with_their_stack_are_emptied(
    environment: Environment, raw_bucket: str
) -> None:
    assert raw_bucket in buckets_to_empty(environment.client("cloudformation"), "DataPipelineStack")


def test_a_stack_that_is_not_there_has_no_buckets(environment: Environment) -> None:
    assert buckets_to_empty(environment.client("cloudformation"), "NoSuchStack") == []
