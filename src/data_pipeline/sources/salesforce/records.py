"""What all of Salesforce's records have: stamps, currency, and the mark of a deletion."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

from data_pipeline.canonical.entities import Entity
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.salesforce import ids
from data_pipeline.sources.source import Mapper, Origin, Outcome

SYSTEM: Final = "salesforce"

ABSENT: Final = Raw(b"null")

Id = Annotated[str, Meta(max_length=255)]


class Record(Struct, kw_only=True, gc=False, rename="pascal"):
    """The system fields. `metadata` is the record's type and address, not data of its own."""

    id: Id
    metadata: Raw = msgspec.field(name="attributes", default=ABSENT)
    is_deleted: bool = False
    currency_iso_code: str | None = None
    created_date: datetime | None = None
    last_modified_date: datetime | None = None
    system_modstamp: datetime | None = None

    def updated_at(self, origin: Origin) -> datetime:
        """The time that orders versions: `SystemModstamp` moves also when no person changes it."""
        stamp = self.system_modstamp or self.last_modified_date
        return fields.instant(stamp) or origin.as_of

    def currency(self, origin: Origin) -> str | None:
        """Of the record's amounts: without several currencies Salesforce does not name it."""
        return fields.currency("CurrencyIsoCode", self.currency_iso_code) or origin.default_currency


class _Mark(Struct, kw_only=True, gc=False, rename="pascal"):
    """A record as far as its deletion is concerned, also as "get deleted" lists it."""

    id: Id | None = None
    listed_id: Id | None = msgspec.field(name="id", default=None)
    metadata: Raw = msgspec.field(name="attributes", default=ABSENT)
    is_deleted: bool = False
    deleted_date: datetime | None = msgspec.field(name="deletedDate", default=None)
    master_record_id: Id | None = None
    created_date: datetime | None = None
    last_modified_date: datetime | None = None
    system_modstamp: datetime | None = None


_MARK: Final = RecordDecoder(_Mark)
_MAY_BE_DELETED: Final = re.compile(rb'"IsDeleted"\s*:\s*true')


def deletable(kind: type[Entity], table: str, mapper: Mapper) -> Mapper:
    """The mapper, made to answer a deleted record with a deletion.

    Args:
        kind: what the mapper makes of the record itself.
        table: the entity's.
        mapper: maps the records that are not deleted.
    """

    def map_record(raw: bytes, origin: Origin) -> Iterator[Outcome]:
        # Also true of a record around deleted ones.
        if b'"deletedDate"' not in raw and _MAY_BE_DELETED.search(raw) is None:
            return mapper(raw, origin)
        mark, attributes = _MARK.decode_all(raw)
        if not mark.is_deleted and mark.deleted_date is None:
            return mapper(raw, origin)
        source_id, deleted_at = _identity(mark), _deleted_at(mark, origin)
        deletion = kind(
            source_id=source_id,
            source_created_at=fields.instant(mark.created_date),
            source_updated_at=deleted_at,
            deleted_at=deleted_at,
            attributes=attributes,
        )
        return iter([deletion, *_merger(mark, End(table, source_id), deleted_at)])

    return map_record


def _identity(mark: _Mark) -> str:
    if mark.id:
        return ids.required("Id", mark.id)
    if mark.listed_id:
        return ids.required("id", mark.listed_id)
    raise InvalidRecord("required", "Id", "Expected the record's id")


def _deleted_at(mark: _Mark, origin: Origin) -> datetime:
    stamp = mark.deleted_date or mark.system_modstamp or mark.last_modified_date
    return fields.instant(stamp) or origin.as_of


def _merger(mark: _Mark, loser: End, deleted_at: datetime) -> Iterator[Outcome]:
    """A record that was merged into another one is deleted and names that."""
    master = ids.optional("MasterRecordId", mark.master_record_id)
    if master is None:
        return
    edge = Edge("merged_into", loser, End(loser.entity, master))
    key = f"merged_into:{loser.source_id}"
    yield relationship(SYSTEM, edge, deleted_at, source_id=key)
