"""Results kept in DynamoDB, each under the version of the data it was made from.

Data that changed has a new version, so its old results are never found again, whatever their age.
Beside each result a pointer under the question alone says which is the newest: what may be served,
marked as stale, while the database is away (stale-if-error, RFC 5861).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.result import Result
from data_pipeline.analytics.snapshot import DatasetState
from data_pipeline.aws import clients
from data_pipeline.aws.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# DynamoDB's limit for an item is 400 KB, names and the other attributes included.
_MOST_BYTES = 390_000
_STALE_IF_ERROR_SECONDS = 24 * 3600
_FASTEST = 1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A kept result and its age in seconds."""

    result: Result
    age: int


@dataclass(frozen=True, kw_only=True)
class QueryCache:
    """The cache table. Whatever goes wrong with it is logged and counts as nothing found."""

    table: str
    ttl_seconds: int

    def get(self, question: Question, state: DatasetState) -> Entry | None:
        """The result made from this state of the data, if it is younger than the TTL."""
        entry = self._read(key(question, state))
        return entry if entry and entry.age < self.ttl_seconds else None

    def newest(self, question: Question) -> Entry | None:
        """The newest result from any state of the data, at most a day past its TTL."""
        item = self._item(question.fingerprint())
        if item is None or "resultKey" not in item:
            return None
        return self._read(item["resultKey"]["S"])

    def put(self, question: Question, state: DatasetState, result: Result) -> None:
        """Keeps a result, unless it is too large for an item."""
        body = zlib.compress(msgspec.json.encode(result), level=_FASTEST)
        if len(body) > _MOST_BYTES:
            return
        result_key = key(question, state)
        expires = round(result.generated_at.timestamp()) + self.ttl_seconds
        expires_at: AttributeValueTypeDef = {"N": str(expires + _STALE_IF_ERROR_SECONDS)}
        entry: dict[str, AttributeValueTypeDef] = {
            "cacheKey": {"S": result_key},
            "expiresAt": expires_at,
            "body": {"B": body},
        }
        pointer: dict[str, AttributeValueTypeDef] = {
            "cacheKey": {"S": question.fingerprint()},
            "expiresAt": expires_at,
            "resultKey": {"S": result_key},
        }
        try:
            for item in (entry, pointer):
                clients.dynamodb().put_item(TableName=self.table, Item=item)
        except (BotoCoreError, ClientError):
            logger.warning("query cache not written", exc_info=True)

    def check(self) -> None:
        """Asks the table for an item that is not there.

        Raises:
            BotoCoreError: when DynamoDB cannot be reached.
            ClientError: when it refuses.
        """
        clients.dynamodb().get_item(TableName=self.table, Key={"cacheKey": {"S": "health"}})

    def _read(self, cache_key: str) -> Entry | None:
        item = self._item(cache_key)
        if item is None or "body" not in item:
            return None
        result = msgspec.json.decode(zlib.decompress(item["body"]["B"]), type=Result)
        age = (datetime.now(UTC) - result.generated_at).total_seconds()
        return Entry(result=result, age=max(0, int(age)))

    def _item(self, cache_key: str) -> Mapping[str, AttributeValueTypeDef] | None:
        """The item, also when DynamoDB has not yet removed it though its time is over."""
        try:
            answer = clients.dynamodb().get_item(
                TableName=self.table, Key={"cacheKey": {"S": cache_key}}
            )
        except (BotoCoreError, ClientError):
            logger.warning("query cache not read", exc_info=True)
            return None
        item = answer.get("Item")
        if item is None or int(item["expiresAt"]["N"]) <= datetime.now(UTC).timestamp():
            return None
        return item


def key(question: Question, state: DatasetState) -> str:
    """What identifies the answer to a question over one state of the data."""
    parts = [question.fingerprint(), str(state.version)]
    if question.operation.reads_ledger:
        parts.append(state.ledger)
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
