"""Shows what the servers and the functions said: their newest lines, and each new one."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local import runtime
from local.servers import FileLog, LogSource
from local.state import Environment

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

SERVERS = ("localstack", "postgres", "deploy")
FUNCTIONS = (
    "data-processor",
    "migrator",
    "advanced-analytics",
    "job-runner",
    "jobs",
    "job-closer",
    "replay",
    "password-rotation",
)
_RECENT_MILLISECONDS = 60 * 60 * 1000


@dataclass(kw_only=True)
class FunctionLog:
    """A function's log group in CloudWatch Logs."""

    name: str
    environment: Environment
    _since: int = field(default_factory=lambda: _now() - _RECENT_MILLISECONDS)
    _seen: set[str] = field(default_factory=set)

    def newest(self, lines: int) -> list[str]:
        """Its last lines of the last hour."""
        return self.new()[-lines:]

    def new(self) -> list[str]:
        """What was logged since the last look."""
        client: CloudWatchLogsClient = self.environment.client("logs")
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/data-pipeline-{self.name}", startTime=self._since
        )
        try:
            events = [event for page in pages for event in page["events"]]
        except (BotoCoreError, ClientError):
            return []
        fresh = [event for event in events if event["eventId"] not in self._seen]
        if events:
            # Events of the same millisecond may still come, so those are told apart by their id.
            self._since = max(event["timestamp"] for event in events)
            self._seen = {event["eventId"] for event in events}
        return [event["message"].rstrip() for event in fresh]


def show(
    environment: Environment, services: tuple[str, ...], *, lines: int, follow: bool
) -> Iterator[str]:
    """The newest lines of each service's log, and with `follow` each new line until interrupted."""
    logs = [source(environment, service) for service in services]
    for log in logs:
        newest = log.newest(lines)
        if newest:
            yield f"--- {log.name}"
            yield from newest
    while follow:
        time.sleep(1)
        for log in logs:
            yield from (f"{log.name}: {line}" for line in log.new())


def source(environment: Environment, service: str) -> LogSource:
    """The log of a server, of the deployments or of a function."""
    if service == "deploy":
        return FileLog(name=service, file=environment.directory / "deploy.log")
    if service in SERVERS:
        return runtime.of(environment).log(environment, service)
    return FunctionLog(name=service, environment=environment)


def _now() -> int:
    return time.time_ns() // 1_000_000
