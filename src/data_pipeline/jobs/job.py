"""What a job is, and how its item in DynamoDB says so."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

RETENTION = timedelta(days=7)
# In seconds. The shortest is longer than any job runs, so none expires on its way.
SHORTEST_TTL = 3 * 60 * 60
LONGEST_TTL = 30 * 24 * 60 * 60
DEFAULT_TTL = int(RETENTION.total_seconds())
# The bucket removes what is below `jobs/<days>/` after so many days.
RESULT_DAYS = (1, 7, 30)


class Status(StrEnum):
    """Where a job is on its way."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"
    EXPIRED = "EXPIRED"

    @property
    def is_final(self) -> bool:
        """Whether no other status follows."""
        return self not in {Status.QUEUED, Status.RUNNING}


class Format(StrEnum):
    """How the rows of a result are written."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the query of a job has come."""

    rows: int = 0
    bytes: int = 0


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go from here; paths follow the API's base URL."""

    self: str
    result: str | None


class JobResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A job as the API shows it."""

    job_id: str
    status: str
    operation: str
    parameters: msgspec.Raw
    format: str
    name: str | None
    created_at: str
    started_at: str | None
    completed_at: str | None
    expires_at: str
    row_count: int | None
    bytes: int | None
    progress: Progress
    error: msgspec.Raw | None
    links: Links


class Job(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A job as its item holds it, attribute for attribute.

    `parameters_json` and `error_json` are JSON texts. A small result is `result_json`, a large one
    is the object `result_key` in the results bucket. `request_hash` tells two requests with the
    same idempotency key apart.
    """

    job_id: str
    status: str
    operation: str
    parameters_json: str
    format: str
    owner: str
    created_at: str
    expires_at: int
    expires_at_iso: str
    request_hash: str
    name: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    row_count: int | None = None
    bytes: int | None = None
    duration_ms: int | None = None
    progress_rows: int | None = None
    progress_bytes: int | None = None
    error_json: str | None = None
    result_json: str | None = None
    result_key: str | None = None

    @property
    def is_expired(self) -> bool:
        """Whether its time is over, though DynamoDB may remove its item much later."""
        return self.expires_at <= time.time()

    def resource(self) -> JobResource:
        """The job as the API shows it."""
        path = f"/analytics/jobs/{self.job_id}"
        succeeded = self.status == Status.SUCCEEDED
        return JobResource(
            job_id=self.job_id,
            status=self.status,
            operation=self.operation,
            parameters=msgspec.Raw(self.parameters_json.encode()),
            format=self.format,
            name=self.name,
            created_at=self.created_at,
            started_at=self.started_at,
            completed_at=self.completed_at,
            expires_at=self.expires_at_iso,
            row_count=self.row_count,
            bytes=self.bytes,
            progress=Progress(
                rows=self.progress_rows or self.row_count or 0,
                bytes=self.progress_bytes or self.bytes or 0,
            ),
            error=msgspec.Raw(self.error_json.encode()) if self.error_json else None,
            links=Links(self=path, result=f"{path}/result" if succeeded else None),
        )

    def to_item(self) -> dict[str, AttributeValueTypeDef]:
        """The item, without the attributes that have no value yet."""
        item: dict[str, AttributeValueTypeDef] = {}
        for name, value in msgspec.to_builtins(self).items():
            if isinstance(value, int):
                item[name] = {"N": str(value)}
            elif value is not None:
                item[name] = {"S": value}
        return item

    @classmethod
    def from_item(cls, item: Mapping[str, AttributeValueTypeDef]) -> Job:
        """The job that an item holds; attributes of other meaning are passed over."""
        values = {
            name: int(value["N"]) if "N" in value else value["S"]
            for name, value in item.items()
            if "N" in value or "S" in value
        }
        return msgspec.convert(values, cls)


def listed_attributes() -> list[str]:
    """The attributes of items that lists show: all but a result, and the keys of their index."""
    others = {"job_id", "owner", "created_at", "result_json", "result_key"}
    return [field.encode_name for field in msgspec.structs.fields(Job) if field.name not in others]


def new_job_id(retention: timedelta = RETENTION) -> str:
    """A UUID of version 7 (RFC 9562, section 5.7): it tells when the job was made.

    The first 12 of its bits that are free hold how long the job is kept, in hours, so that an id
    also tells when its job expired. The other 62 are chance.
    """
    milliseconds = time.time_ns() // 1_000_000
    hours = -(-retention // timedelta(hours=1))
    chance = int.from_bytes(os.urandom(8)) >> 2
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | hours << 64 | 0x2 << 62 | chance))


def is_job_id(text: str) -> bool:
    """Whether the text can be the id of a job."""
    try:
        return str(uuid.UUID(text)) == text and uuid.UUID(text).version == 7
    except ValueError:
        return False


def created_at(job_id: str) -> datetime:
    """When a job with that id was made."""
    return datetime.fromtimestamp((uuid.UUID(job_id).int >> 80) / 1000, UTC)


def kept_for(job_id: str) -> timedelta:
    """How long a job with that id is kept, in whole hours."""
    return timedelta(hours=(uuid.UUID(job_id).int >> 64) & 0xFFF)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, which sorts as text."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
