"""Handing out the result of a job."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from data_pipeline.analytics.delimited import to_csv
from data_pipeline.analytics.result import Result, ResultColumn
from data_pipeline.aws import clients
from data_pipeline.aws.api import Response, json_response
from data_pipeline.jobs import problems
from data_pipeline.jobs.job import RETENTION, Format, Job, Status, created_at, is_job_id
from data_pipeline.jobs.store import JobStore

_URL_SECONDS = 15 * 60


class ResultEnvelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A small result as the JSON body of an answer: all rows, so never truncated."""

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


@dataclass(frozen=True, kw_only=True)
class Results:
    """Where results are."""

    store: JobStore
    bucket: str

    def respond(self, job_id: str, *, owner: str, request_id: str) -> Response:
        """The rows of a small result, or 303 to a URL of a large one that works for 15 minutes.

        Raises:
            ProblemError: 404, 410 after its expiry, 409 when there is no result (yet).
        """
        job = find(self.store, job_id, owner)
        if not Status(job.status).is_final:
            raise problems.not_finished(job)
        if job.status != Status.SUCCEEDED:
            error = msgspec.json.decode(job.error_json) if job.error_json else None
            raise problems.without_result(job, error)
        if job.result_json is None:
            headers = {"Location": self._presigned_url(job), "Cache-Control": "no-store"}
            return Response(status=303, headers=headers)
        return _inline(job, msgspec.json.decode(job.result_json, type=Result), request_id)

    def _presigned_url(self, job: Job) -> str:
        key = job.result_key or ""
        extension = key.partition("/result.")[2]
        name = f"{job.operation}-{job.job_id}.{extension}"
        return clients.s3().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{name}"',
            },
            ExpiresIn=_URL_SECONDS,
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
    if job is None:
        is_past = created_at(job_id) + RETENTION <= datetime.now(UTC)
        raise problems.gone(job_id) if is_past else problems.not_found(job_id)
    if job.owner != owner:
        raise problems.not_found(job_id)
    if job.is_expired:
        raise problems.gone(job_id)
    return job


def _inline(job: Job, result: Result, request_id: str) -> Response:
    if job.format == Format.CSV:
        name = f"{job.operation}-{job.job_id}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(
            status=200,
            body=to_csv(result),
            content_type="text/csv; charset=utf-8",
            headers=headers,
        )
    return json_response(
        ResultEnvelope(
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
        )
    )
