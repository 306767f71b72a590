"""How many jobs of one owner run at a time.

An owner's slots are one item that names the jobs in them. Nobody has to leave a slot: when all are
taken, those of jobs that have ended are found by the jobs' own items and given back. So no crash
anywhere can leak one, and a job's end costs nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from data_pipeline.aws import clients
from data_pipeline.jobs.job import RETENTION, Status, created_at
from data_pipeline.jobs.lost import is_lost

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# A slot is taken before its job's item is put, which this is far more than enough for.
_TIME_TO_BE_STORED = timedelta(minutes=1)
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_MOST_AT_A_TIME = 100


@dataclass(frozen=True, kw_only=True)
class JobSlots:
    """The slots of all owners, in the jobs table."""

    table: str
    per_owner: int

    def take(self, owner: str, job_id: str) -> bool:
        """Takes a slot for a new job; says whether there was one."""
        if self._add(owner, job_id):
            return True
        taken = self._taken(owner)
        if job_id in taken:  # by an attempt whose answer was lost
            return True
        ended = self._ended(taken)
        if ended:
            self._remove(owner, ended)
        # Even if none has ended now, another request may have freed slots since the first attempt.
        return self._add(owner, job_id)

    def give_back(self, owner: str, job_id: str) -> None:
        """Frees the slot of a job that will not be."""
        self._remove(owner, {job_id})

    def _add(self, owner: str, job_id: str) -> bool:
        expires_at = int(time.time() + RETENTION.total_seconds())
        try:
            clients.dynamodb().update_item(
                TableName=self.table,
                Key=_key(owner),
                UpdateExpression="ADD jobs :job SET expiresAt = :expiry",
                ConditionExpression="attribute_not_exists(jobs) OR size(jobs) < :most",
                ExpressionAttributeValues={
                    ":job": {"SS": [job_id]},
                    ":most": {"N": str(self.per_owner)},
                    ":expiry": {"N": str(expires_at)},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _remove(self, owner: str, job_ids: set[str]) -> None:
        clients.dynamodb().update_item(
            TableName=self.table,
            Key=_key(owner),
            UpdateExpression="DELETE jobs :jobs",
            ExpressionAttributeValues={":jobs": {"SS": sorted(job_ids)}},
        )

    def _taken(self, owner: str) -> set[str]:
        answer = clients.dynamodb().get_item(
            TableName=self.table, Key=_key(owner), ConsistentRead=True
        )
        return set(answer.get("Item", {}).get("jobs", {}).get("SS", []))

    def _ended(self, job_ids: set[str]) -> set[str]:
        """Those that have a final status, that never started, were never stored, or are removed."""
        statuses = self._statuses(sorted(job_ids))
        latest = datetime.now(UTC) - _TIME_TO_BE_STORED
        return {
            job_id
            for job_id in job_ids
            if (
                Status(statuses[job_id]).is_final or is_lost(job_id, statuses[job_id])
                if job_id in statuses
                else created_at(job_id) < latest
            )
        }

    def _statuses(self, job_ids: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(job_ids), _MOST_AT_A_TIME):
            found |= self._statuses_of_batch(job_ids[start : start + _MOST_AT_A_TIME])
        return found

    def _statuses_of_batch(self, job_ids: list[str]) -> dict[str, str]:
        """What DynamoDB has no time to answer counts as unfinished: it is left for the next."""
        keys: list[dict[str, AttributeValueTypeDef]] = [{"jobId": {"S": one}} for one in job_ids]
        answer = clients.dynamodb().batch_get_item(
            RequestItems={
                self.table: {
                    "Keys": keys,
                    "ConsistentRead": True,
                    "ProjectionExpression": "jobId, #status",
                    "ExpressionAttributeNames": {"#status": "status"},
                }
            }
        )
        items = answer["Responses"].get(self.table, [])
        found = {item["jobId"]["S"]: item["status"]["S"] for item in items}
        unread = answer["UnprocessedKeys"].get(self.table)
        if unread is not None:
            found |= {str(key["jobId"]["S"]): Status.RUNNING for key in unread["Keys"]}
        return found


def _key(owner: str) -> dict[str, AttributeValueTypeDef]:
    """Never a job's id nor that of an idempotency key."""
    return {"jobId": {"S": f"slots#{owner}"}}
