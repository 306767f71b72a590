import json
from typing import Any

import msgspec
import pytest

from data_pipeline.ingestion.events import ObjectCreated, objects_created


def notification(key: str, **changes: Any) -> str:
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": {"name": "raw", "arn": "arn:aws:s3:::raw"},
            "object": {"key": key, "size": 3, "eTag": "e", "versionId": "v", "sequencer": "0"},
        },
    }
    return json.dumps({"Records": [record | changes]})


def test_object_is_named_with_its_version() -> None:
    assert objects_created(notification("crm-data/a.json")) == [
        ObjectCreated(bucket="raw", key="crm-data/a.json", version_id="v", etag="e", size_bytes=3)
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("crm-data/a+b.json", "crm-data/a b.json"),
        ("crm-data/a%2Bb.json", "crm-data/a+b.json"),
        ("crm-data/100%25.json", "crm-data/100%.json"),
        ("crm-data/%E6%97%A5%E6%9C%AC.json", "crm-data/日本.json"),
    ],
)
def test_key_is_decoded_as_s3_encodes_it(written: str, meant: str) -> None:
    assert objects_created(notification(written))[0].key == meant


def test_bucket_without_versions_has_the_version_null() -> None:
    message = notification("a").replace(', "versionId": "v"', "")
    assert objects_created(message)[0].version_id == "null"


def test_test_message_of_s3_announces_nothing() -> None:
    message = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "raw"}
    assert objects_created(json.dumps(message)) == []


def test_removals_and_folders_are_left_out() -> None:
    assert objects_created(notification("a", eventName="ObjectRemoved:Delete")) == []
    assert objects_created(notification("crm-data/")) == []


@pytest.mark.parametrize("body", ["", "no json", "[]", '{"Records": [{}]}', '{"Records": 1}'])
def test_message_that_is_no_notification_is_refused(body: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        objects_created(body)
