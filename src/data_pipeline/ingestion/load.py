"""Loads one object: all of it in one transaction, or nothing and why."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from data_pipeline.canonical.tables import Table
from data_pipeline.ingestion import ledger, merge, statistics
from data_pipeline.ingestion.content import text_chunks
from data_pipeline.ingestion.copying import REFUSALS
from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.loading import Loading, primary_message
from data_pipeline.ingestion.merge import Counts, MustBeInOrder, Version
from data_pipeline.ingestion.objects import open_object
from data_pipeline.ingestion.records import Envelope, Layout, RawRecord, document, layout_of, lines
from data_pipeline.ingestion.unreadable import UnreadableFile
from data_pipeline.sources.registry import UnknownSource, source_of
from data_pipeline.sources.source import Source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def load(  # noqa: PLR0913 - what to load, and how
    connection: psycopg.Connection[Any],
    s3: "S3Client",
    created: ObjectCreated,
    file_id: int,
    *,
    default_currency: str | None = None,
    in_order: bool = False,
) -> Counts | None:
    """Loads an object that is in the ledger; None if somebody else did it meanwhile.

    Args:
        connection: in no transaction.
        s3: reads the object.
        created: the object.
        file_id: its number in the ledger.
        default_currency: ISO 4217, of amounts for which a record names none.
        in_order: merge nothing before all of it is read, since others were in the way of that.

    Raises:
        UnreadableFile: nothing of it can be loaded, now or later.
        psycopg.Error, BotoCoreError, ClientError: it could not be loaded now.
    """
    with connection.transaction():
        merge.enter_source(connection, _source_of(created.key).name)
    with connection.transaction():
        if not ledger.hold(connection, file_id):
            return None
        loaded = load_held(
            connection,
            s3,
            created,
            file_id,
            default_currency=default_currency,
            in_order=in_order,
        )
    statistics.renew(connection, loaded.changed)
    return loaded.counts


class Loaded(NamedTuple):
    """What became of a file's records, and how many rows of each table that changed."""

    counts: Counts
    changed: Mapping[Table, int]


def load_held(  # noqa: PLR0913 - what to load, and how
    connection: psycopg.Connection[Any],
    s3: "S3Client",
    created: ObjectCreated,
    file_id: int,
    *,
    default_currency: str | None = None,
    is_replay: bool = False,
    in_order: bool = False,
) -> Loaded:
    """Loads an object that the connection's transaction holds in the ledger.

    Args:
        connection: in a transaction, which is as it was when nothing can be loaded.
        s3: reads the object.
        created: the object.
        file_id: its number in the ledger.
        default_currency: ISO 4217, of amounts for which a record names none.
        is_replay: it was tried before, so what is rejected is staged, to be told apart.
        in_order: as of `load`.

    Raises:
        UnreadableFile: nothing of it can be loaded, now or later.
        psycopg.Error, BotoCoreError, ClientError: it could not be loaded now.
    """
    attempt = partial(
        _load_once,
        connection,
        s3,
        created,
        file_id,
        default_currency=default_currency,
        is_replay=is_replay,
    )
    try:
        return attempt(in_order=in_order)
    except MustBeInOrder:
        return attempt(in_order=True)


def _load_once(  # noqa: PLR0913 - as above
    connection: psycopg.Connection[Any],
    s3: "S3Client",
    created: ObjectCreated,
    file_id: int,
    *,
    default_currency: str | None,
    is_replay: bool,
    in_order: bool,
) -> Loaded:
    source, layout = _source_of(created.key), layout_of(created.key)
    opened = open_object(s3, created)
    version = Version(
        file_id=file_id,
        source=source.name,
        modified_at=opened.modified_at,
        version_id=created.version_id,
    )
    read = source.reader(
        as_of=opened.modified_at,
        key=created.key,
        default_currency=default_currency,
        read_at=datetime.now(UTC) if is_replay else None,
    )
    loading = Loading(
        connection, source, layout, version, read, is_replay=is_replay, in_order=in_order
    )
    chunks = text_chunks(opened.chunks, gzipped=layout.gzipped)
    try:
        with connection.transaction():
            counts = loading.take_all(_records(chunks, source, layout))
            ledger.complete(connection, version, counts)
    except REFUSALS as error:
        raise UnreadableFile(
            "database", f"PostgreSQL refused it: {primary_message(error)}"
        ) from None
    return Loaded(counts, loading.changed)


def _source_of(key: str) -> Source:
    try:
        return source_of(key)
    except UnknownSource as error:
        raise UnreadableFile("source", str(error)) from None


def _records(chunks: Iterator[bytes], source: Source, layout: Layout) -> Iterator[RawRecord]:
    if not layout.is_document:
        return lines(chunks)
    envelope = Envelope(
        collections=source.lists,
        record_fields=source.record_fields,
        wrappers=source.wrappers,
        ignored=source.ignored_lists,
        lists_of_page=source.lists_of_page,
    )
    return document(chunks, envelope)
