"""Listing jobs, a page at a time."""

import base64
import binascii
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import msgspec
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from data_pipeline.analytics.catalog import field_errors
from data_pipeline.analytics.problems import invalid_request
from data_pipeline.jobs import lost
from data_pipeline.jobs.job import Job, JobResource, Status, timestamp
from data_pipeline.jobs.store import JobStore, Place, Selection


def _place(token: str) -> Place:
    created_at, job_id = msgspec.json.decode(base64.urlsafe_b64decode(token), type=tuple[str, str])
    return Place(created_at, job_id)


def _check_token(token: str | None) -> str | None:
    try:
        if token is not None:
            _place(token)
    except (binascii.Error, ValueError):
        raise ValueError("it is not one that a listing gave") from None
    return token


class ListingParameters(BaseModel):
    """Which jobs to list."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    status: Status | None = Field(default=None, description="Only jobs in this status.")
    operation: str | None = Field(default=None, max_length=100, description="Only this operation.")
    since: AwareDatetime | None = Field(
        default=None, description="Only jobs submitted then or later (RFC 3339)."
    )
    until: AwareDatetime | None = Field(
        default=None, description="Only jobs submitted before then (RFC 3339)."
    )
    limit: int = Field(default=25, ge=1, le=100, description="Most jobs on a page.")
    next_token: Annotated[str | None, Field(alias="nextToken"), AfterValidator(_check_token)] = None


class JobListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of jobs, newest first; without `next_token` it is the last."""

    jobs: list[JobResource]
    next_token: str | None


@dataclass(frozen=True, kw_only=True)
class Lister:
    """Where jobs are stored."""

    store: JobStore

    def list(self, owner: str, wanted: ListingParameters) -> JobListing:
        """One page of the owner's jobs."""
        page = self.store.page(
            owner,
            wanted=_selection(wanted),
            limit=wanted.limit,
            now=int(time.time()),
            after=_place(wanted.next_token) if wanted.next_token else None,
        )
        return JobListing(
            jobs=[self._settled(job).resource() for job in page.jobs],
            next_token=_token(page.last) if page.last else None,
        )

    def _settled(self, job: Job) -> Job:
        """The job, ended if it was lost."""
        if not lost.is_lost(job.job_id, job.status):
            return job
        lost.end(self.store, job.job_id)
        return self.store.get(job.job_id) or job


def wanted_page(query: dict[str, str]) -> ListingParameters:
    """The page that a query string asks for.

    Raises:
        ProblemError: 400 for parameters that are wrong.
    """
    try:
        return ListingParameters.model_validate(query)
    except ValidationError as invalid:
        known = ["status", "operation", "since", "until", "limit", "nextToken"]
        raise invalid_request(field_errors(invalid, known, under="#")) from None


def _selection(wanted: ListingParameters) -> Selection:
    """Times are kept to the millisecond, so the last one before `until` is one earlier."""
    values = {"status": wanted.status, "operation": wanted.operation}
    everything = Selection()
    until = wanted.until and wanted.until - timedelta(milliseconds=1)
    return Selection(
        attributes={name: value for name, value in values.items() if value is not None},
        since=timestamp(wanted.since) if wanted.since else everything.since,
        until=timestamp(until) if until else everything.until,
    )


def _token(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(place))).decode()
