"""Handing out the result of a job."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from data_pipeline.analytics.delimited import CONTENT_TYPE, to_csv
from data_pipeline.analytics.result import Result, ResultColumn
from data_pipeline.aws import clients
from data_pipeline.aws.api import Request, Response, json_response
from data_pipeline.jobs import problems
from data_pipeline.jobs.job import Format, Job, Status, created_at, is_job_id, kept_for
from data_pipeline.jobs.result_pages import (
    Page,
    ResultParameters,
    format_of_rows,
    link_to_next,
    page_of,
    wanted_result,
)
from data_pipeline.jobs.store import JobStore

_URL_SECONDS = 15 * 60


class ResultEnvelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A small result as the JSON body of an answer, all rows or a page of them.

    None is left out, so it is never truncated: `next_token` is there as long as more follow.
    """

    job_id: str
    operation: str
    parameters: msgspec.Raw
    columns: list[ResultColumn]
    rows: msgspec.Raw
    row_count: int
    truncated: bool
    dataset_version: int
    generated_at: datetime
    duration_ms: int
    request_id: str
    next_token: str | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """Where results are."""

    store: JobStore
    bucket: str

    def respond(self, job_id: str, request: Request) -> Response:
        """The rows of a small result, or 303 to a URL of a large one that works for 15 minutes.

        Raises:
            ProblemError: 404, 410 after its expiry, 409 when there is no result (yet), 406 when it
                can't be had in the wanted format, 400 for wrong parameters.
        """
        wanted = wanted_result(request)
        job = find(self.store, job_id, request.owner)
        if not Status(job.status).is_final:
            raise problems.not_finished(job)
        if job.status != Status.SUCCEEDED:
            error = msgspec.json.decode(job.error_json) if job.error_json else None
            raise problems.without_result(job, error)
        if job.result_json is not None:
            result = msgspec.json.decode(job.result_json, type=Result)
            return _rows(job, result, wanted, request)
        if wanted.format not in {None, job.format}:
            raise problems.stored_otherwise(job)
        headers = {"Location": self._presigned_url(job), "Cache-Control": "no-store"}
        return Response(status=303, headers=headers)

    def _presigned_url(self, job: Job) -> str:
        key = job.result_key or ""
        extension = key.partition("/result.")[2]
        remaining = job.expires_at - int(time.time())
        return clients.s3().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{_name(job)}.{extension}"',
            },
            ExpiresIn=max(1, min(_URL_SECONDS, remaining)),
        )


def find(store: JobStore, job_id: str, owner: str) -> Job:
    """The owner's job with that id; nobody else is told that there is one.

    Raises:
        ProblemError: 404, or 410 when it has expired. An id tells its age, so this is known even
            after DynamoDB has removed the item.
    """
    if not is_job_id(job_id):
        raise problems.not_found(job_id)
    job = store.get(job_id)
    if job is None or job.owner != owner:
        is_past = created_at(job_id) + kept_for(job_id) <= datetime.now(UTC)
        raise problems.gone(job_id) if is_past else problems.not_found(job_id)
    if job.is_expired:
        raise problems.gone(job_id)
    return job


def _rows(job: Job, result: Result, wanted: ResultParameters, request: Request) -> Response:
    media = format_of_rows(wanted, request.header("accept"), Format(job.format))
    page = page_of(result, wanted)
    headers = {"Content-Disposition": f'inline; filename="{_name(job)}.{media}"'}
    if page.next_token:
        headers["Link"] = link_to_next(wanted, page.next_token)
    if media is Format.CSV:
        return Response(
            status=200, body=to_csv(page.result), content_type=CONTENT_TYPE, headers=headers
        )
    return json_response(_envelope(job, page, request.request_id), headers=headers)


def _envelope(job: Job, page: Page, request_id: str) -> ResultEnvelope:
    result = page.result
    return ResultEnvelope(
        job_id=job.job_id,
        operation=job.operation,
        parameters=msgspec.Raw(job.parameters_json.encode()),
        columns=result.columns,
        rows=result.rows,
        row_count=result.row_count,
        truncated=False,
        dataset_version=result.dataset_version,
        generated_at=result.generated_at,
        duration_ms=result.duration_ms,
        request_id=request_id,
        next_token=page.next_token,
    )


def _name(job: Job) -> str:
    """What a file with the result is called, without its extension."""
    return f"{job.operation}-{job.job_id}"
