"""Loads one object: all of it in one transaction, or nothing and why."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import psycopg

from data_pipeline.canonical.tables import Table
from data_pipeline.ingestion import children, identity, ledger, merge, rollups, statistics
from data_pipeline.ingestion.background import Background
from data_pipeline.ingestion.content import text_chunks
from data_pipeline.ingestion.copying import REFUSALS
from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.json_text import LARGEST_VALUE_BYTES
from data_pipeline.ingestion.merge import Counts, Merge, MustBeInOrder, Version
from data_pipeline.ingestion.objects import open_object
from data_pipeline.ingestion.quarantine import Quarantine
from data_pipeline.ingestion.records import Envelope, Layout, RawRecord, document, layout_of, lines
from data_pipeline.ingestion.staging import Staging
from data_pipeline.ingestion.undisturbed import IN_THE_WAY
from data_pipeline.ingestion.unreadable import UnreadableFile
from data_pipeline.sources.records import MalformedJson
from data_pipeline.sources.registry import UnknownSource, source_of
from data_pipeline.sources.source import Reader, Rejected, Source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


_MANY_BAD_RECORDS: Final = 100_000


def load(
    connection: psycopg.Connection[Any],
    s3: "S3Client",
    created: ObjectCreated,
    file_id: int,
    *,
    default_currency: str | None = None,
) -> Counts | None:
    """Loads an object that is in the ledger; None if somebody else did it meanwhile.

    Args:
        connection: in no transaction.
        s3: reads the object.
        created: the object.
        file_id: its number in the ledger.
        default_currency: ISO 4217, of amounts for which a record names none.

    Raises:
        UnreadableFile: nothing of it can be loaded, now or later.
        psycopg.Error, BotoCoreError, ClientError: it could not be loaded now.
    """
    with connection.transaction():
        merge.enter_source(connection, _source_of(created.key).name)
    with connection.transaction():
        if not ledger.hold(connection, file_id):
            return None
        loaded = load_held(connection, s3, created, file_id, default_currency=default_currency)
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
) -> Loaded:
    """Loads an object that the connection's transaction holds in the ledger.

    Args:
        connection: in a transaction, which is as it was when nothing can be loaded.
        s3: reads the object.
        created: the object.
        file_id: its number in the ledger.
        default_currency: ISO 4217, of amounts for which a record names none.
        is_replay: it was tried before, so what is rejected is staged, to be told apart.

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
        return attempt(in_order=False)
    except (MustBeInOrder, *IN_THE_WAY):
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
        raise UnreadableFile("database", f"PostgreSQL refused it: {_primary(error)}") from None
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


class Loading:
    """Brings records of one file to the canonical tables and the quarantine.

    Args:
        connection: in a transaction.
        source: the file's.
        layout: how the file is written.
        version: of the load.
        read: what a record of the file becomes.
        is_replay: the records were tried before.
        in_order: see `Merge`.

    Attributes:
        changed: how many rows changed, by table.
    """

    def __init__(  # noqa: PLR0913 - what to load, and how
        self,
        connection: psycopg.Connection[Any],
        source: Source,
        layout: Layout,
        version: Version,
        read: Reader,
        *,
        is_replay: bool = False,
        in_order: bool = True,
    ) -> None:
        self._connection = connection
        self._read = read
        self._source = source
        self._layout = layout
        self._version = version
        self.changed: dict[Table, int] = {}
        self._doubted: set[int] = set()
        self._background = Background()
        self._merge = Merge(connection, version, in_order=in_order)
        self._quarantine = Quarantine(
            connection, self._background, version.file_id, layout.unit, is_replay=is_replay
        )
        self._staging = Staging(connection, version, self._background, self._merge)

    def take_all(self, records: Iterable[RawRecord]) -> Counts:
        """Maps, stages and merges records.

        Raises:
            UnreadableFile: one of a document is no JSON.
            MustBeInOrder: rows were merged early, and should not have been.
        """
        with self._background:
            for record in records:
                self._take(record)
                if self._staging.refused:
                    self._take_refused()
            self._staging.flush()
            self._background.wait()
            self._take_refused()
            self._quarantine.flush()
            self._background.wait()
        if self._doubted:
            self._doubt_lines()
        counts = Counts(read=self._quarantine.count, quarantined=self._quarantine.count)
        merged = self._merge.finish()
        for table, of_table in merged.items():
            self.changed[table] = of_table.changed
            counts.add(of_table)
        counts.dropped = children.drop(
            self._connection,
            self._version,
            self._source.edges_of_customers,
            self._merge.copied_after(),
        )
        self._merge.clear()
        identity.unify(self._connection, self.changed)
        rollups.add(self._connection, self._version, merged)
        return counts

    def _take(self, record: RawRecord) -> None:
        if record.is_cut:
            limit = LARGEST_VALUE_BYTES // 1024**2
            message = f"It is longer than {limit} MiB: only its beginning is kept here"
            self._reject(record, "size", f"{message}, the whole is in the file")
            return
        try:
            for outcome in self._read(record.raw, record.collection):
                if isinstance(outcome, Rejected):
                    self._put_aside(record, outcome)
                else:
                    self._staging.add(outcome, record)
        except MalformedJson as error:
            self._malformed(record, error)

    def _malformed(self, record: RawRecord, error: MalformedJson) -> None:
        if self._layout.is_document:
            raise UnreadableFile(
                "json", f"Broken JSON in record {record.number}: {error.message}"
            ) from None
        self._reject(record, error.rule, error.message)

    def _take_refused(self) -> None:
        while self._staging.refused:
            record, table, error = self._staging.refused.popleft()
            self._doubted.add(record.position)
            message = f"PostgreSQL refused it as one of {table.name}: {_primary(error)}"
            self._reject(record, "database", message)

    def _doubt_lines(self) -> None:
        if self._merge.has_begun:
            raise MustBeInOrder
        children.doubt_lines(self._connection, self._version, self._doubted)

    def _reject(self, record: RawRecord, rule: str, message: str) -> None:
        rejected = Rejected(
            record_type=record.collection,
            parent_source_id=None,
            path="",
            rule=rule,
            message=message,
            raw=record.raw,
        )
        self._put_aside(record, rejected)

    def _put_aside(self, record: RawRecord, rejected: Rejected) -> None:
        """Quarantines a record; a file of little else is no export of its source at all."""
        self._quarantine.add(record, rejected)
        if self._quarantine.count > _MANY_BAD_RECORDS and (
            2 * self._quarantine.count > record.position
        ):
            raise UnreadableFile(
                "mostly_bad",
                f"More than {_MANY_BAD_RECORDS:,} records broke a rule, which is more than half of "
                f"them so far. The last one, {rejected.path}: {rejected.message}",
            )


def _primary(error: psycopg.Error) -> str:
    """What is wrong, without the statement that met it."""
    return error.diag.message_primary or str(error)
