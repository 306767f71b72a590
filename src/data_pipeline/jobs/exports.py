"""The formats of stored results: what each file is called, and how rows become it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from data_pipeline.analytics import delimited
from data_pipeline.analytics.result import ResultColumn
from data_pipeline.jobs.job import RESULT_DAYS, Format, kept_for
from data_pipeline.jobs.lines import CsvLines, JsonLines
from data_pipeline.jobs.read_ahead import Cursor, Rows
from data_pipeline.jobs.upload import GzipUpload, Upload

# Registered with IANA: https://www.iana.org/assignments/media-types/
_PARQUET_TYPE: Final = "application/vnd.apache.parquet"
_EXTENSIONS: Final = {
    Format.JSON: "ndjson.gz",
    Format.CSV: "csv.gz",
    Format.PARQUET: "parquet",
}


def is_always_stored(wanted: Format) -> bool:
    """Whether even a small result is a file, since the API answers with texts alone."""
    return wanted is Format.PARQUET


def upload_for(wanted: Format, *, bucket: str, job_id: str, metadata: dict[str, str]) -> Upload:
    """The upload of a job's result in that format."""
    key = f"jobs/{_keeping(job_id)}/{job_id}/result.{_EXTENSIONS[wanted]}"
    if wanted is Format.PARQUET:
        return Upload(bucket=bucket, key=key, content_type=_PARQUET_TYPE, metadata=metadata)
    return GzipUpload(bucket=bucket, key=key, metadata=metadata)


def export(
    wanted: Format,
    columns: Sequence[ResultColumn],
    cursor: Cursor,
    batches: Iterator[Rows],
    upload: Upload,
) -> None:
    """Writes all rows that the cursor gives, in batches, to the upload."""
    if wanted is Format.PARQUET:
        # Its library is the largest, and no other format needs it.
        from data_pipeline.jobs import parquet  # noqa: PLC0415

        parquet.write(columns, cursor.description or [], batches, upload)
        return
    lines: JsonLines | CsvLines = JsonLines(columns)
    if wanted is Format.CSV:
        lines = CsvLines(columns)
        upload.write(delimited.header(columns))
    for batch in batches:
        upload.write(lines.encode(batch))


def _keeping(job_id: str) -> int:
    """The days for which the bucket keeps a result: the fewest that are no less than its job's."""
    return next(days for days in RESULT_DAYS if kept_for(job_id) <= timedelta(days=days))
