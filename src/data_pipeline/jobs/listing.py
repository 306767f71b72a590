"""Listing jobs, a page at a time."""

import base64
import binascii
import time
from dataclasses import dataclass
from typing import Annotated

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_pipeline.analytics.catalog import field_errors
from data_pipeline.analytics.problems import invalid_request
from data_pipeline.aws.problems import FieldError
from data_pipeline.jobs.job import JobResource, Status
from data_pipeline.jobs.store import JobStore, Place


class ListingParameters(BaseModel):
    """Which jobs to list."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    status: Status | None = Field(default=None, description="Only jobs in this status.")
    operation: str | None = Field(default=None, max_length=100, description="Only this operation.")
    limit: int = Field(default=25, ge=1, le=100, description="Most jobs on a page.")
    next_token: Annotated[str | None, Field(alias="nextToken", max_length=2000)] = None


class JobListing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of jobs, newest first; without `next_token` it is the last."""

    jobs: list[JobResource]
    next_token: str | None


@dataclass(frozen=True, kw_only=True)
class Lister:
    """Where jobs are stored."""

    store: JobStore

    def list(self, owner: str, query: dict[str, str]) -> JobListing:
        """One page of the owner's jobs.

        Raises:
            ProblemError: 400 for parameters that are wrong.
        """
        try:
            wanted = ListingParameters.model_validate(query)
        except ValidationError as invalid:
            known = ["status", "operation", "limit", "nextToken"]
            raise invalid_request(field_errors(invalid, known, under="#")) from None
        page = self.store.page(
            owner,
            filters=_filters(wanted),
            limit=wanted.limit,
            now=int(time.time()),
            after=_place(wanted.next_token) if wanted.next_token else None,
        )
        return JobListing(
            jobs=[job.resource() for job in page.jobs],
            next_token=_token(page.last) if page.last else None,
        )


def _filters(wanted: ListingParameters) -> dict[str, str]:
    values = {"status": wanted.status, "operation": wanted.operation}
    return {name: value for name, value in values.items() if value is not None}


def _token(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(place))).decode()


def _place(token: str) -> Place:
    try:
        decoded = base64.urlsafe_b64decode(token)
        created_at, job_id = msgspec.json.decode(decoded, type=tuple[str, str])
    except (binascii.Error, ValueError):
        error = FieldError(
            pointer="#/nextToken", detail="The nextToken is not one that a listing gave."
        )
        raise invalid_request([error]) from None
    return Place(created_at, job_id)
