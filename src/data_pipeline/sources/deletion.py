"""Deletion marks of the generic sources: `"deleted": true`, with or without the other fields."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from data_pipeline.canonical.entities import Entity
from data_pipeline.sources import fields
from data_pipeline.sources.records import RecordDecoder
from data_pipeline.sources.source import Mapper, Origin, Outcome


def deletable(
    entity: type[Entity], mapper: Mapper, *, id_field: str = "id", updated_field: str = "updated_at"
) -> Mapper:
    """The mapper, made to answer a deleted record with a deletion.

    Args:
        entity: what the mapper makes of the record itself.
        mapper: maps the records that are not deleted.
        id_field: the record's field that holds its id.
        updated_field: the record's field that says when it last changed.
    """
    mark = msgspec.defstruct(
        "Mark",
        [
            ("id", fields.Id),
            ("deleted", bool, False),
            ("deleted_at", datetime | None, None),
            ("updated_at", datetime | None, None),
        ],
        rename={"id": id_field, "updated_at": updated_field},
    )
    decoder = RecordDecoder(mark)

    def map_record(raw: bytes, origin: Origin) -> Iterator[Outcome]:
        if raw.find(b'"deleted"') < 0:  # faster than `in`
            return mapper(raw, origin)
        record = decoder.decode(raw)
        if not record.deleted:  # type: ignore[attr-defined]  # a field of the struct made above
            return mapper(raw, origin)
        return iter([_deletion(entity, record, origin)])

    return map_record


def _deletion(entity: type[Entity], record: object, origin: Origin) -> Entity:
    known = msgspec.structs.asdict(record)  # type: ignore[arg-type]
    updated_at = fields.instant(known["updated_at"] or known["deleted_at"]) or origin.as_of
    return entity(
        source_id=fields.identifier(known["id"]),
        source_updated_at=updated_at,
        deleted_at=fields.instant(known["deleted_at"]) or updated_at,
    )
