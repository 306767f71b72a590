"""The jobs table.

Beside the jobs it holds an item for each idempotency key, which names the job that the key stands
for. Both expire together.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from data_pipeline.aws import clients
from data_pipeline.jobs.job import Job, Progress, Status, timestamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        QueryInputTypeDef,
        TransactWriteItemTypeDef,
    )

OWNER_INDEX = "owner-createdAt-index"
# Ten reads of jobs with the longest parameters, at a megabyte a read, hold three hundred.
_MOST_READS = 10
_ITEMS_OF_A_READ = 100
# Two transactions on one key at the same moment cancel each other.
_PAUSES_BETWEEN_CONFLICTS = (0.05, 0.1, 0.2, 0.4)


class Place(NamedTuple):
    """Where a page of jobs ends."""

    created_at: str
    job_id: str


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which jobs are wanted: those with these values of attributes, made in this time.

    `since` and `until`, both included, are texts as `createdAt` has them; the ones here come before
    and after all times.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    since: str = "0"
    until: str = "~"


@dataclass(frozen=True, kw_only=True)
class JobPage:
    """Some jobs, newest first, and where they end (None when no more follow)."""

    jobs: list[Job]
    last: Place | None


@dataclass(frozen=True, kw_only=True)
class JobStore:
    """Reads and writes jobs."""

    table: str

    def get(self, job_id: str) -> Job | None:
        """The job as it is now, expired or not; None when there is no item."""
        answer = clients.dynamodb().get_item(
            TableName=self.table, Key={"jobId": {"S": job_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return Job.from_item(item) if item else None

    def add(self, job: Job) -> None:
        """Adds a new job.

        One that is there already was added by an attempt whose answer was lost: ids are unique.
        """
        try:
            clients.dynamodb().put_item(
                TableName=self.table,
                Item=job.to_item(),
                ConditionExpression="attribute_not_exists(jobId)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def add_once(self, job: Job, idempotency_key: str) -> Job:
        """Adds the job unless the owner's key stands for one already; gives the one that is there.

        Of two requests with one key at the same time, one adds its job and both get it.
        """
        key_id = _key_id(job.owner, idempotency_key)
        for pause in _PAUSES_BETWEEN_CONFLICTS:
            try:
                clients.dynamodb().transact_write_items(TransactItems=self._puts(job, key_id))
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
            else:
                return job
            if known := self._job_of_key(key_id):
                return known
            time.sleep(pause)
        raise TimeoutError(f"The idempotency key of job {job.job_id} stayed in conflict.")

    def of_key(self, owner: str, idempotency_key: str) -> Job | None:
        """The job that the owner's key stands for; None when it stands for none, or none now."""
        job = self._job_of_key(_key_id(owner, idempotency_key))
        return None if job is None or job.is_expired else job

    def end(self, job_id: str, status: Status, *, error_json: str = "null") -> bool:
        """Gives the job its final status now unless it has one; says whether it did."""
        return self._update(
            job_id,
            "SET #status = :ended, completedAt = :completed, errorJson = :error",
            condition="#status IN (:queued, :running)",
            values={
                ":ended": {"S": status},
                ":queued": {"S": Status.QUEUED},
                ":running": {"S": Status.RUNNING},
                ":completed": {"S": timestamp(datetime.now(UTC))},
                ":error": {"S": error_json},
            },
        )

    def report(self, job_id: str, progress: Progress) -> bool:
        """Writes how far a running job has come; says whether it is still to run."""
        return self._update(
            job_id,
            "SET progressRows = :rows, progressBytes = :bytes",
            condition="#status = :running",
            values={
                ":rows": {"N": str(progress.rows)},
                ":bytes": {"N": str(progress.bytes)},
                ":running": {"S": Status.RUNNING},
            },
        )

    def page(
        self,
        owner: str,
        *,
        wanted: Selection,
        limit: int,
        now: int,
        after: Place | None,
    ) -> JobPage:
        """Jobs of one owner that have not expired, newest first, from after a place.

        DynamoDB filters what it has read, so there are several reads to a page; a page that would
        take too many holds fewer than `limit` though more follow.
        """
        query = self._query(owner, wanted, now)
        jobs: list[Job] = []
        for _ in range(_MOST_READS):
            if after:
                query["ExclusiveStartKey"] = _start_key(owner, after)
            answer = clients.dynamodb().query(**query)
            jobs += [Job.from_item(item) for item in answer["Items"]]
            last = answer.get("LastEvaluatedKey")
            after = Place(last["createdAt"]["S"], last["jobId"]["S"]) if last else None
            if after is None or len(jobs) >= limit:
                break
        if len(jobs) <= limit:
            return JobPage(jobs=jobs, last=after)
        jobs = jobs[:limit]
        return JobPage(jobs=jobs, last=Place(jobs[-1].created_at, jobs[-1].job_id))

    def _query(self, owner: str, wanted: Selection, now: int) -> QueryInputTypeDef:
        names = {f"#{name}": name for name in wanted.attributes}
        values: dict[str, AttributeValueTypeDef] = {
            ":owner": {"S": owner},
            ":now": {"N": str(now)},
            ":since": {"S": wanted.since},
            ":until": {"S": wanted.until},
        }
        values |= {f":{name}": {"S": value} for name, value in wanted.attributes.items()}
        conditions = ["expiresAt > :now", *(f"#{name} = :{name}" for name in wanted.attributes)]
        return {
            "TableName": self.table,
            "IndexName": OWNER_INDEX,
            "KeyConditionExpression": "#owner = :owner AND createdAt BETWEEN :since AND :until",
            "FilterExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {"#owner": "owner", **names},
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            "Limit": _ITEMS_OF_A_READ,
        }

    def _puts(self, job: Job, key_id: str) -> list[TransactWriteItemTypeDef]:
        now = str(int(time.time()))
        return [
            {
                "Put": {
                    "TableName": self.table,
                    "Item": {
                        "jobId": {"S": key_id},
                        "keyOf": {"S": job.job_id},
                        "expiresAt": {"N": str(job.expires_at)},
                    },
                    "ConditionExpression": "attribute_not_exists(jobId) OR expiresAt <= :now",
                    "ExpressionAttributeValues": {":now": {"N": now}},
                }
            },
            {"Put": {"TableName": self.table, "Item": job.to_item()}},
        ]

    def _job_of_key(self, key_id: str) -> Job | None:
        answer = clients.dynamodb().get_item(
            TableName=self.table, Key={"jobId": {"S": key_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return self.get(item["keyOf"]["S"]) if item else None

    def _update(
        self,
        job_id: str,
        update: str,
        *,
        condition: str,
        values: dict[str, AttributeValueTypeDef],
    ) -> bool:
        try:
            clients.dynamodb().update_item(
                TableName=self.table,
                Key={"jobId": {"S": job_id}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _key_id(owner: str, idempotency_key: str) -> str:
    """The partition key of an idempotency key: never a job's id, and of bounded length."""
    return "key#" + hashlib.sha256(f"{owner}/{idempotency_key}".encode()).hexdigest()


def _start_key(owner: str, after: Place) -> dict[str, AttributeValueTypeDef]:
    return {
        "owner": {"S": owner},
        "createdAt": {"S": after.created_at},
        "jobId": {"S": after.job_id},
    }
