"""The function that probes deploy: each handler does one thing that a control is about."""

# ruff: noqa: INP001 - a function's code, not a module of a package

import json
import os
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import boto3


def echo(event: Any, _context: object) -> Any:
    """Gives back what it got."""
    return event


def fail(_event: object, _context: object) -> None:
    """Fails, always."""
    raise RuntimeError("on purpose")


def wait(event: Any, _context: object) -> dict[str, Any]:
    """Answers after some seconds, as a proxy integration expects it."""
    time.sleep(float(os.environ.get("SECONDS") or event["seconds"]))
    return {"statusCode": 200, "body": "{}"}


def allocate(event: Any, _context: object) -> int:
    """Uses so many MiB of memory."""
    return len(bytearray(event["mebibytes"] * 1024 * 1024))


def answer_at_length(event: Any, _context: object) -> str:
    """Answers with so many characters."""
    return "x" * int(event["characters"])


def size_of_tmp(_event: object, _context: object) -> int:
    """How many bytes `/tmp` holds."""
    system = os.statvfs("/tmp")  # noqa: S108 - the question is about this directory
    return system.f_blocks * system.f_frsize


def list_buckets(_event: object, _context: object) -> int:
    """Calls S3 with what its role allows."""
    return len(boto3.client("s3").list_buckets()["Buckets"])


def connect(_event: object, _context: object) -> bool:
    """Whether a connection to where AWS's services are can be made."""
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL") or "https://s3.amazonaws.com")
    try:
        socket.create_connection((endpoint.hostname, endpoint.port or 443), timeout=5).close()
    except OSError:
        return False
    return True


def trace_header(_event: object, _context: object) -> str:
    """The trace that the invocation belongs to."""
    return os.environ.get("_X_AMZN_TRACE_ID", "")


def write_metric(event: Any, _context: object) -> None:
    """Writes a metric into its log."""
    namespace = event["namespace"]
    directive = {"Namespace": namespace, "Dimensions": [[]], "Metrics": [{"Name": "Probes"}]}
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"_aws": metadata, "Probes": 7}))


def take_all_but_bad(event: Any, _context: object) -> dict[str, Any]:
    """Reports the messages whose body is `bad` as failed."""
    bad = [one["messageId"] for one in event["Records"] if one["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}


def rotate(event: Any, _context: object) -> None:
    """Says which step of a rotation it is called for, and does what has to be done."""
    print(event["Step"])
    client, secret, version = (
        boto3.client("secretsmanager"),
        event["SecretId"],
        event["ClientRequestToken"],
    )
    if event["Step"] == "createSecret":
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=version,
            SecretString="new",
            VersionStages=["AWSPENDING"],
        )
    if event["Step"] == "finishSecret":
        current = client.get_secret_value(SecretId=secret)["VersionId"]
        client.update_secret_version_stage(
            SecretId=secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=version,
            RemoveFromVersionId=current,
        )
