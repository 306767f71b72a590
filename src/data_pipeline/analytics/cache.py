"""Results kept in DynamoDB, each under the version of the data it was made from.

Data that changed has a new version, so its old results are never found again, whatever their age.
Beside each result a pointer under the question alone says which is the newest: what may be served,
marked as stale, while the database is away (stale-if-error, RFC 5861).

Whoever finds nothing takes a lease on the key before it runs the query, so that all who ask the
same at the same time wait for one answer. A lease lasts some seconds and is renewed while its
holder lives; what becomes of one whose holder died, `lease.py` says.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, cast

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from data_pipeline.analytics.catalog import Question
from data_pipeline.analytics.result import Result
from data_pipeline.analytics.snapshot import DatasetState
from data_pipeline.aws import clients
from data_pipeline.aws.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestTypeDef

    type Item = Mapping[str, AttributeValueTypeDef]

LEASE_SECONDS = 5.0

# DynamoDB's limit for an item is 400 KB, names and the other attributes included.
_MOST_BYTES = 390_000
_STALE_IF_ERROR_SECONDS = 24 * 3600
_FASTEST = 1
# A lease whose holder died is of no use for long; DynamoDB removes its item some time later.
_LEASE_ITEM_SECONDS = 3600
_NOT_LEASED_NOR_KEPT = (
    "(attribute_not_exists(leaseUntil) OR leaseUntil < :now) "
    "AND (attribute_not_exists(freshUntil) OR freshUntil < :now) "
    "AND attribute_not_exists(tooLarge)"
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A kept result and its age in seconds."""

    result: Result
    age: int


class Finding(StrEnum):
    """What the cache knows of an answer.

    Nothing; the answer itself; that somebody makes it, or did until it died; that it is too large
    to keep; that the asker has the lease to make it; or the cache is away and knows nothing.
    """

    NOTHING = "nothing"
    KEPT = "kept"
    BEING_MADE = "being made"
    ABANDONED = "abandoned"
    TOO_LARGE = "too large"
    LEASED = "leased"
    AWAY = "away"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the cache holds under a key; an entry when the answer is kept there."""

    finding: Finding
    entry: Entry | None = None


@dataclass(frozen=True, kw_only=True)
class QueryCache:
    """The cache table. What goes wrong with it is logged and does not keep a question waiting."""

    table: str
    ttl_seconds: int

    def look(self, result_key: str) -> Found:
        """What there is under a key, at one read."""
        try:
            item = self._item(result_key)
        except (BotoCoreError, ClientError):
            logger.warning("query cache not read", exc_info=True)
            return Found(finding=Finding.AWAY)
        return self._found(item or {})

    def newest(self, question: Question) -> Entry | None:
        """The newest result from any state of the data, at most a day past its TTL."""
        try:
            pointer = self._item(question.fingerprint())
            if pointer is None:
                return None
            return _entry(self._item(pointer["resultKey"]["S"]) or {})
        except (BotoCoreError, ClientError):
            logger.warning("query cache not read", exc_info=True)
            return None

    def claim(self, result_key: str, owner: str) -> Found:
        """Takes the lease on a key for `owner`, or says what keeps it from that."""
        now = time.time()
        try:
            clients.dynamodb().update_item(
                TableName=self.table,
                Key={"cacheKey": {"S": result_key}},
                UpdateExpression="SET leaseOwner = :owner, leaseUntil = :until, "
                "expiresAt = if_not_exists(expiresAt, :expires)",
                ConditionExpression=_NOT_LEASED_NOR_KEPT,
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":now": _milliseconds(now),
                    ":until": _milliseconds(now + LEASE_SECONDS),
                    ":expires": {"N": str(round(now) + _LEASE_ITEM_SECONDS)},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except (BotoCoreError, ClientError) as error:
            if (item := _refusing(error)) is not None:
                return self._found(item)
            logger.warning("query cache not claimed", exc_info=True)
            return Found(finding=Finding.AWAY)
        return Found(finding=Finding.LEASED)

    def renew(self, result_key: str, owner: str) -> None:
        """Makes the owner's lease last longer; one that is not the owner's stays as it is."""
        until = _milliseconds(time.time() + LEASE_SECONDS)
        self._change_lease(result_key, owner, "SET leaseUntil = :until", {":until": until})

    def release(self, result_key: str, owner: str) -> None:
        """Gives the owner's lease back without a result; one that is not the owner's stays."""
        self._change_lease(result_key, owner, "REMOVE leaseOwner, leaseUntil", {})

    def put(self, question: Question, state: DatasetState, result: Result) -> None:
        """Keeps a result, or the word that it is too large for an item. Ends the key's lease."""
        body = zlib.compress(msgspec.json.encode(result), level=_FASTEST)
        result_key = key(question, state)
        fresh_until = result.generated_at.timestamp() + self.ttl_seconds
        entry: dict[str, AttributeValueTypeDef] = {
            "cacheKey": {"S": result_key},
            "expiresAt": {"N": str(round(fresh_until) + _STALE_IF_ERROR_SECONDS)},
        }
        if len(body) > _MOST_BYTES:
            self._write({**entry, "tooLarge": {"BOOL": True}})
            return
        pointer: dict[str, AttributeValueTypeDef] = {
            "cacheKey": {"S": question.fingerprint()},
            "expiresAt": entry["expiresAt"],
            "resultKey": {"S": result_key},
        }
        entry |= {"body": {"B": body}, "freshUntil": _milliseconds(fresh_until)}
        self._write(entry, pointer)

    def check(self) -> None:
        """Asks the table for an item that is not there.

        Raises:
            BotoCoreError: when DynamoDB cannot be reached.
            ClientError: when it refuses.
        """
        clients.dynamodb().get_item(TableName=self.table, Key={"cacheKey": {"S": "health"}})

    def _found(self, item: Item) -> Found:
        if "tooLarge" in item:
            return Found(finding=Finding.TOO_LARGE)
        entry = _entry(item)
        if entry and entry.age < self.ttl_seconds:
            return Found(finding=Finding.KEPT, entry=entry)
        if "leaseUntil" not in item:
            return Found(finding=Finding.NOTHING)
        is_alive = int(item["leaseUntil"]["N"]) >= time.time() * 1000
        return Found(finding=Finding.BEING_MADE if is_alive else Finding.ABANDONED)

    def _change_lease(
        self, result_key: str, owner: str, change: str, values: dict[str, AttributeValueTypeDef]
    ) -> None:
        try:
            clients.dynamodb().update_item(
                TableName=self.table,
                Key={"cacheKey": {"S": result_key}},
                UpdateExpression=change,
                ConditionExpression="leaseOwner = :owner",
                ExpressionAttributeValues={":owner": {"S": owner}, **values},
            )
        except (BotoCoreError, ClientError) as error:
            if _refusing(error) is None:
                logger.warning("lease not changed", exc_info=True)

    def _write(self, *items: dict[str, AttributeValueTypeDef]) -> None:
        requests: list[WriteRequestTypeDef] = [{"PutRequest": {"Item": item}} for item in items]
        try:
            clients.dynamodb().batch_write_item(RequestItems={self.table: requests})
        except (BotoCoreError, ClientError):
            logger.warning("query cache not written", exc_info=True)

    def _item(self, cache_key: str) -> Item | None:
        """The item, but not one whose time is over and that DynamoDB has not removed yet."""
        answer = clients.dynamodb().get_item(
            TableName=self.table, Key={"cacheKey": {"S": cache_key}}
        )
        item = answer.get("Item")
        if item is None or int(item["expiresAt"]["N"]) <= time.time():
            return None
        return item


def key(question: Question, state: DatasetState) -> str:
    """What identifies the answer to a question over one state of the data."""
    parts = [question.fingerprint(), str(state.version)]
    if question.operation.reads_ledger:
        parts.append(state.ledger)
    return hashlib.sha256("/".join(parts).encode()).hexdigest()


def _entry(item: Item) -> Entry | None:
    if "body" not in item:
        return None
    result = msgspec.json.decode(zlib.decompress(item["body"]["B"]), type=Result)
    age = (datetime.now(UTC) - result.generated_at).total_seconds()
    return Entry(result=result, age=max(0, int(age)))


def _milliseconds(moment: float) -> AttributeValueTypeDef:
    return {"N": str(round(moment * 1000))}


def _refusing(error: Exception) -> Item | None:
    """The item that did not meet a write's condition, if that is what went wrong."""
    if not isinstance(error, ClientError):
        return None
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return None
    return cast("Item", error.response.get("Item", {}))
