"""Maps records again that wait in quarantine, a few megabytes of a file at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
import psycopg
from psycopg.rows import class_row

from data_pipeline.canonical.tables import Table
from data_pipeline.ingestion import ledger, statistics
from data_pipeline.ingestion.loading import Loading
from data_pipeline.ingestion.merge import Counts, Version
from data_pipeline.ingestion.records import RawRecord, layout_of
from data_pipeline.ingestion.undisturbed import undisturbed
from data_pipeline.replay import quarantine
from data_pipeline.replay.answer import Answer, FileResult, Quarantined
from data_pipeline.replay.context import Context
from data_pipeline.replay.request import ReplayRequest
from data_pipeline.replay.selected import SelectedFile
from data_pipeline.replay.statements import statement
from data_pipeline.sources.registry import source_of

_ROWS: Final = 1_000
_BYTES: Final = 8 * 1024 * 1024

# A few megabytes of records, also when others are in the way.
SECONDS_NEEDED: Final = 60


class _Waiting(NamedTuple):
    position: int
    number: int
    collection: str | None
    raw: str


class _Batch(NamedTuple):
    last_position: int
    counts: Counts
    quarantined: Quarantined
    changed: Mapping[Table, int]


def replay_records(
    context: Context, file: SelectedFile, request: ReplayRequest, answer: Answer
) -> bool:
    """Maps a file's records again that wait; False if time ran out before all of them.

    Each batch is a transaction. Records keep their file's place in the order of versions, so one
    that is older than what is stored changes nothing.

    Args:
        context: of the replay.
        file: as it was selected.
        request: conditions that the records have to meet.
        answer: is told what came of it.

    Raises:
        psycopg.Error: they could not be replayed now.
    """
    answer.quarantine.in_file_only += file.in_file_only
    after, batches = 0, 0

    def next_batch(_is_disturbed: bool) -> _Batch | None:
        return _next_batch(context, file, request, after)

    while context.seconds_left() > SECONDS_NEEDED:
        batch = undisturbed(next_batch)
        if batch is None:
            answer.tell(_result(file, "replayed" if batches else "skipped"))
            return True
        after, batches = batch.last_position, batches + 1
        answer.records.add(batch.counts)
        answer.quarantine.add(batch.quarantined)
        if not context.dry_run:
            statistics.renew(context.connection, batch.changed)
    return False


def _next_batch(
    context: Context, file: SelectedFile, request: ReplayRequest, after: int
) -> _Batch | None:
    connection = context.connection
    batch = None
    with connection.transaction():
        held = connection.execute(statement("hold_file"), {"file_id": file.file_id}).fetchone()
        if held is None or held[0] != "loaded" or file.modified_at is None:
            return None
        waiting = _waiting(context, file, request, after)
        if waiting:
            batch = _mapped_again(context, file, file.modified_at, waiting)
        if context.dry_run:
            raise psycopg.Rollback
    return batch


def _waiting(
    context: Context, file: SelectedFile, request: ReplayRequest, after: int
) -> list[_Waiting]:
    parameters = msgspec.structs.asdict(request) | {
        "file_id": file.file_id,
        "after": after,
        "rows": _ROWS,
        "bytes": _BYTES,
    }
    with context.connection.cursor(row_factory=class_row(_Waiting)) as cursor:
        return cursor.execute(statement("next_records"), parameters).fetchall()


def _mapped_again(
    context: Context, file: SelectedFile, modified_at: datetime, waiting: list[_Waiting]
) -> _Batch:
    connection, source = context.connection, source_of(file.key)
    version = Version(
        file_id=file.file_id,
        source=source.name,
        modified_at=modified_at,
        version_id=file.version_id,
    )
    read = source.reader(
        as_of=modified_at,
        key=file.key,
        default_currency=context.default_currency,
        read_at=datetime.now(UTC),
    )
    # Of a document too: what is no JSON by now concerns that record alone.
    layout = layout_of(file.key)._replace(is_document=False)
    loading = Loading(connection, source, layout, version, read, is_replay=True)
    records = (
        RawRecord(each.position, each.number, each.collection, each.raw.encode())
        for each in waiting
    )
    counts = loading.take_all(records)
    ledger.announce(connection, file.file_id, counts)
    found = quarantine.settle(
        connection,
        file_id=file.file_id,
        replay_id=context.replay_id,
        positions=[each.position for each in waiting],
    )
    return _Batch(waiting[-1].position, counts, found, loading.changed)


def _result(file: SelectedFile, result: str) -> FileResult:
    return FileResult(file_id=file.file_id, key=file.key, version_id=file.version_id, result=result)
