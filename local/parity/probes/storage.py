"""What S3 does for objects."""

import json
from typing import Any, Final

from local.parity.control import ONLY_ON_AWS, Finding, Subject, different, enforced_if
from local.parity.workbench import SHORT_SECONDS, Workbench

STORAGE: Final = Subject("Objects")

_KEY: Final = "probe.json"


def _put(bench: Workbench, bucket: str, **more: Any) -> Any:
    return bench.client("s3").put_object(Bucket=bucket, Key=_KEY, Body=b"{}", **more)


@STORAGE.control(
    "Versions",
    probed="an object that is written twice and then deleted; its first version",
    on_aws="can still be read",
)
def _versions(bench: Workbench) -> Finding:
    bucket, client = bench.bucket(versioned=True), bench.client("s3")
    first = client.put_object(Bucket=bucket, Key=_KEY, Body=b"first")["VersionId"]
    _put(bench, bucket)
    client.delete_object(Bucket=bucket, Key=_KEY)
    found = client.get_object(Bucket=bucket, Key=_KEY, VersionId=first)
    return enforced_if(found["Body"].read() == b"first")


@STORAGE.control(
    "Lifecycle rules",
    probed="an object under a rule whose date has passed",
    on_aws="removed within days, and no longer billed from that date on",
)
def _lifecycle(bench: Workbench) -> Finding:
    bucket, client = bench.bucket(), bench.client("s3")
    rule = {
        "ID": "past",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Date": "2020-01-01T00:00:00Z"},
    }
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
    )
    _put(bench, bucket)
    if "Expiration" not in client.head_object(Bucket=bucket, Key=_KEY):
        return ONLY_ON_AWS
    return different("the object says when it expires (`x-amz-expiration`); nothing removes it")


@STORAGE.control(
    "Notifications",
    probed="a queue that is told of new objects",
    on_aws="told at least once",
)
def _notifications(bench: Workbench) -> Finding:
    return enforced_if(_records_of_two_writes(bench) != [])


@STORAGE.control(
    "Order of notifications",
    probed="the `sequencer` of two writes of one object",
    on_aws="the later one's is larger",
)
def _sequencer(bench: Workbench) -> Finding:
    first, second = (
        record["s3"]["object"]["sequencer"] for record in _records_of_two_writes(bench)
    )
    return different("it is the same for all") if first == second else enforced_if(first < second)


def _records_of_two_writes(bench: Workbench) -> list[Any]:
    queue, queue_arn = bench.queue()
    bucket = bench.bucket()
    bench.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"]}]
        },
        SkipDestinationValidation=True,
    )
    records: list[Any] = []
    for _ in range(2):
        _put(bench, bucket)
        while not (found := _records(bench.messages(queue))):
            pass
        records += found
    return records


def _records(messages: list[str]) -> list[Any]:
    """The records in messages; S3's first one is a test, which has none."""
    return [record for text in messages for record in json.loads(text).get("Records", ())]


@STORAGE.control(
    "Expiry of a presigned link",
    probed="a link for one second, used three seconds later",
    on_aws="refused with 403",
)
def _link_expiry(bench: Workbench) -> Finding:
    link = _link(bench, seconds=1)
    expired = bench.happens(
        lambda: bench.fetch("GET", link).status_code == 403, within=2 * SHORT_SECONDS
    )
    return enforced_if(expired)


@STORAGE.control(
    "Signature of a presigned link",
    probed="a link that was changed",
    on_aws="refused with 403",
)
def _link_signature(bench: Workbench) -> Finding:
    link = _link(bench, seconds=600)
    start, _, signature = link.partition("Signature=")
    other = "1" if signature.startswith("0") else "0"
    forged = f"{start}Signature={other}{signature[1:]}"
    return enforced_if(bench.fetch("GET", forged).status_code == 403)


def _link(bench: Workbench, *, seconds: int) -> str:
    bucket = bench.bucket()
    _put(bench, bucket)
    place = {"Bucket": bucket, "Key": _KEY}
    client = bench.client("s3")
    return str(client.generate_presigned_url("get_object", Params=place, ExpiresIn=seconds))


@STORAGE.control(
    "Private objects",
    probed="an object, asked for without credentials",
    on_aws="refused with 403",
)
def _private(bench: Workbench) -> Finding:
    bucket = bench.bucket()
    _put(bench, bucket)
    answer = bench.fetch("GET", f"{bench.environment.endpoint}/{bucket}/{_KEY}")
    return enforced_if(answer.status_code == 403)


@STORAGE.control(
    "Block of public access",
    probed="a bucket with all public access blocked gets a policy for everybody",
    on_aws="refused with 403",
)
def _public_policy(bench: Workbench) -> Finding:
    bucket, client = bench.bucket(), bench.client("s3")
    everything = (
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    )
    client.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(everything, True)
    )
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    code = bench.refused(client.put_bucket_policy, Bucket=bucket, Policy=policy)
    return enforced_if(code == "AccessDenied")


@STORAGE.control(
    "TLS alone",
    probed="plain HTTP to the raw bucket, whose policy denies it",
    on_aws="refused with 403",
)
def _tls(bench: Workbench) -> Finding:
    client = bench.client("s3")
    code = bench.refused(client.list_objects_v2, Bucket=bench.reached.raw_bucket, MaxKeys=1)
    return enforced_if(code == "AccessDenied")


@STORAGE.control(
    "Encryption at rest",
    probed="an object that was encrypted with a key of KMS, read after that key was disabled",
    on_aws="refused: nothing can be read without the key",
)
def _encryption(bench: Workbench) -> Finding:
    bucket, key = bench.bucket(), bench.key()
    client, kms = bench.client("s3"), bench.client("kms")
    _put(bench, bucket, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    kms.disable_key(KeyId=key)
    return enforced_if(bench.refused(client.get_object, Bucket=bucket, Key=_KEY) is not None)
