"""The files that a request selects."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg.rows import class_row

from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.replay.request import ReplayRequest
from data_pipeline.replay.statements import statement

_STATEMENTS = {"records": "files_with_quarantine", "files": "files_to_replay"}


class SelectedFile(NamedTuple):
    """A file, and how many records of it wait in quarantine where the request is for those.

    `in_file_only` of them are too long to be kept there.
    """

    file_id: int
    bucket: str
    key: str
    version_id: str
    etag: str
    size_bytes: int
    modified_at: datetime | None
    waiting: int
    in_file_only: int

    @property
    def created(self) -> ObjectCreated:
        """The version of the object that the ledger names."""
        return ObjectCreated(
            bucket=self.bucket,
            key=self.key,
            version_id=self.version_id,
            etag=self.etag,
            size_bytes=self.size_bytes,
        )


def selected_files(
    connection: psycopg.Connection[Any], request: ReplayRequest
) -> list[SelectedFile]:
    """The files in the order in which they are to be replayed."""
    parameters = msgspec.structs.asdict(request) | {"statuses": request.statuses}
    with (
        connection.transaction(),
        connection.cursor(row_factory=class_row(SelectedFile)) as cursor,
    ):
        return cursor.execute(statement(_STATEMENTS[request.what]), parameters).fetchall()
