"""Functions that a test deploys for itself."""

import base64
import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

HANDLERS = Path(__file__).parent / "handlers"
ROLE = "arn:aws:iam::000000000000:role/test"
_LOG_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Aws:
    """The clients that these tests need, for one endpoint."""

    lambda_: Any
    logs: Any
    cloudwatch: Any
    dynamodb: Any
    sqs: Any

    @classmethod
    def at(cls, endpoint: str) -> Self:
        session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        )
        config = Config(
            retries={"total_max_attempts": 1},
            read_timeout=120,
            max_pool_connections=50,
            proxies={},
        )
        names = ("lambda", "logs", "cloudwatch", "dynamodb", "sqs")
        clients = {
            name: session.client(
                name,  # type: ignore[call-overload]
                endpoint_url=endpoint,
                config=config,
            )
            for name in names
        }
        return cls(lambda_=clients.pop("lambda"), **clients)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the Invoke API answered."""

    value: Any
    error: str | None
    log_tail: str
    request_id: str


@dataclass(frozen=True, kw_only=True)
class DeployedFunction:
    name: str
    aws: Aws

    def invoke(self, event: object = None) -> Answer:
        response = self.aws.lambda_.invoke(
            FunctionName=self.name, Payload=json.dumps(event), LogType="Tail"
        )
        return Answer(
            value=json.loads(response["Payload"].read() or "null"),
            error=response.get("FunctionError"),
            log_tail=base64.b64decode(response.get("LogResult", "")).decode(errors="replace"),
            request_id=response["ResponseMetadata"]["RequestId"],
        )

    def invoke_later(self, event: object) -> None:
        self.aws.lambda_.invoke(
            FunctionName=self.name, Payload=json.dumps(event), InvocationType="Event"
        )

    def log_until(self, text: str) -> list[str]:
        """All lines of the function's log, as soon as one contains the text."""
        deadline = time.monotonic() + _LOG_SECONDS
        while time.monotonic() < deadline:
            lines = list(self._log_lines())
            if any(text in line for line in lines):
                return lines
            time.sleep(0.1)
        raise AssertionError(f"{text!r} did not come up in the log of {self.name}")

    def _log_lines(self) -> Iterator[str]:
        group = f"/aws/lambda/{self.name}"
        groups = self.aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if not groups:
            return
        streams = self.aws.logs.describe_log_streams(logGroupName=group)["logStreams"]
        for stream in streams:
            yield from self._stream_lines(group, stream["logStreamName"])

    def _stream_lines(self, group: str, stream: str) -> Iterator[str]:
        token: dict[str, str] = {}
        while True:
            page = self.aws.logs.get_log_events(
                logGroupName=group, logStreamName=stream, startFromHead=True, limit=10_000, **token
            )
            yield from (event["message"].rstrip("\n") for event in page["events"])
            if token.get("nextToken") == page["nextForwardToken"] or not page["events"]:
                return
            token = {"nextToken": page["nextForwardToken"]}


def create(
    aws: Aws, handler: str, *, files: Mapping[str, str] | None = None, **settings: Any
) -> DeployedFunction:
    """A function from the file in `handlers/` that the handler's name names, or from `files`."""
    name = f"runtime-test-{handler.partition('.')[0].replace('_', '-')}-{uuid.uuid4().hex[:8]}"
    aws.lambda_.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler=handler,
        Code={"ZipFile": _archive(handler, files)},
        **{"Timeout": 20, "MemorySize": 256, **settings},
    )
    aws.lambda_.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200}
    )
    return DeployedFunction(name=name, aws=aws)


@contextmanager
def deployed(aws: Aws, handler: str, **settings: Any) -> Iterator[DeployedFunction]:
    """A function, see `create`, that is gone afterwards together with its log."""
    function = create(aws, handler, **settings)
    try:
        yield function
    finally:
        aws.lambda_.delete_function(FunctionName=function.name)
        prefix = f"/aws/lambda/{function.name}"
        for group in aws.logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
            aws.logs.delete_log_group(logGroupName=group["logGroupName"])


def _archive(handler: str, files: Mapping[str, str] | None) -> bytes:
    module = f"{handler.partition('.')[0]}.py"
    content = files or {module: (HANDLERS / module).read_text(encoding="utf-8")}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for name, text in content.items():
            target.writestr(name, text)
    return archive.getvalue()
