"""Presigned links: for the object they were made for, and no longer than they say."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.state import Environment
from tests.integration.conftest import TIMEOUT_SECONDS

EXPIRED = -60


@pytest.fixture
def bucket(environment: Environment, unique: str) -> Iterator[str]:
    s3, name = environment.client("s3"), f"links-{unique}"
    s3.create_bucket(Bucket=name)
    for key in ("meant", "another"):
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    yield name
    for key in ("meant", "another"):
        s3.delete_object(Bucket=name, Key=key)
    s3.delete_bucket(Bucket=name)


def link(environment: Environment, bucket: str, *, seconds: int = 60) -> str:
    return str(
        environment.client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": "meant"}, ExpiresIn=seconds
        )
    )


def fetch(address: str, **headers: str) -> requests.Response:
    return requests.get(address, headers=headers, timeout=TIMEOUT_SECONDS)


def test_link_gives_its_object_whatever_else_the_client_sends(
    environment: Environment, bucket: str
) -> None:
    answer = fetch(link(environment, bucket), **{"x-api-key": "sent along by curl --location"})
    assert (answer.status_code, answer.text) == (200, "meant")


def test_expired_link_is_refused(environment: Environment, bucket: str) -> None:
    answer = fetch(link(environment, bucket, seconds=EXPIRED))
    assert answer.status_code == 403
    assert "Request has expired" in answer.text


def test_link_to_another_object_is_refused(environment: Environment, bucket: str) -> None:
    changed = link(environment, bucket).replace("/meant?", "/another?")
    answer = fetch(changed)
    assert answer.status_code == 403
    assert "SignatureDoesNotMatch" in answer.text


def test_longer_life_needs_another_signature(environment: Environment, bucket: str) -> None:
    original = link(environment, bucket)
    (name,) = {"Expires", "X-Amz-Expires"} & parse_qs(urlsplit(original).query).keys()
    (value,) = parse_qs(urlsplit(original).query)[name]
    longer = original.replace(f"{name}={value}", f"{name}={int(value) + 3600}")
    assert fetch(longer).status_code == 403
