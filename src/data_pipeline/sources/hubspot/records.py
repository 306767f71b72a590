"""What all of HubSpot's records have: an id, stamps, properties, and the mark of an archived one.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/companies/get-companies
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Entity, JsonText
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.hubspot import values
from data_pipeline.sources.hubspot.associations import SYSTEM, Associations, associations
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, join_attributes, keep
from data_pipeline.sources.source import Mapper, Origin, Outcome

_NOTHING: Final = Raw(b"{}")


class Properties(Struct, kw_only=True, gc=False):
    """The properties that records of all types have. The id and the stamps repeat the record's."""

    hs_object_id: Text | None = None
    hs_lastmodifieddate: Text | None = None
    lastmodifieddate: Text | None = None
    createdate: Text | None = None
    hs_merged_object_ids: Text | None = None


class _Record(Struct, kw_only=True, gc=False, rename="camel"):
    id: Id | None = None
    properties: Raw = _NOTHING
    created_at: datetime | None = None
    updated_at: datetime | None = None
    archived: bool | None = None
    archived_at: datetime | None = None
    associations: Raw = _NOTHING


_RECORD: Final = RecordDecoder(_Record)
_MARK: Final = RecordDecoder(_Record, kept=("properties", "associations"))
_MAY_BE_ARCHIVED: Final = re.compile(rb'"archived"\s*:\s*true')

# Ids of the interfaces before v3.
_LEGACY: Final = re.compile(rb'"(?:vid|companyId|dealId|objectId)"\s*:')

# Properties that records of one type have and of the others have not.
_HALLMARKS: Final = {
    "contacts": re.compile(rb'"lastmodifieddate"\s*:'),
    "deals": re.compile(rb'"dealname"\s*:'),
    "line_items": re.compile(rb'"hs_product_id"\s*:'),
}


@dataclass(frozen=True, kw_only=True)
class Opened[P: Properties]:
    """A record, opened: its properties as they are typed, and all the rest."""

    source_id: str
    created_at: datetime | None
    updated_at: datetime
    properties: P
    associations: Associations
    other_properties: JsonText
    _raw_properties: bytes
    _others: JsonText

    def attributes(self, kept: Iterable[str] = ()) -> JsonText:
        """What has no column, in the record's own shape.

        Args:
            kept: names of typed properties of which no column says all.
        """
        properties = keep(self.other_properties, self._raw_properties, kept)
        attributes = join_attributes(self._others, "properties", properties)
        return join_attributes(attributes, "associations", self.associations.rest)


class Opener[P: Properties]:
    """Opens the records of one type.

    Args:
        collection: the type, as it is in the interface's addresses.
        kind: the properties that are mapped.
        kept: those of them of which no column says all.
        associated: the types of associated records that become columns or relationships.
    """

    def __init__(
        self,
        collection: str,
        kind: type[P],
        *,
        kept: Iterable[str] = (),
        associated: Iterable[str] = (),
    ) -> None:
        # The creation's time can be changed by users, unlike the record's own.
        self._properties = RecordDecoder(kind, kept=("createdate", *kept))
        self._associated = frozenset(associated)
        self._collection = collection

    def open(self, raw: bytes, origin: Origin) -> Opened[P]:
        """The record.

        Raises:
            InvalidRecord: a field or a property breaks a rule.
        """
        record, others = _RECORD.decode_all(raw)
        source_id = _identity(record, raw)
        properties = bytes(record.properties)
        self._refuse_others(properties)
        typed, rest = self._properties.decode_all(properties, path="properties")
        created_at = record.created_at or values.moment("properties.createdate", typed.createdate)
        return Opened(
            source_id=source_id,
            created_at=fields.instant(created_at),
            updated_at=fields.instant(_changed_at(record, typed)) or origin.as_of,
            properties=typed,
            associations=associations(record.associations, self._associated),
            other_properties=rest,
            _raw_properties=properties,
            _others=others,
        )

    def _refuse_others(self, properties: bytes) -> None:
        """A file in the wrong folder would load as records without names."""
        for collection, hallmark in _HALLMARKS.items():
            if collection != self._collection and hallmark.search(properties):
                message = (
                    f"By its file it is one of {self._collection}, by its properties of "
                    f"{collection}: upload it under {SYSTEM}-data/{collection}/"
                )
                raise InvalidRecord("record_type", "properties", message)


def _identity(record: _Record, raw: bytes) -> str:
    source_id = fields.optional_identifier(record.id)
    if source_id is not None:
        return source_id
    if _LEGACY.search(raw):
        message = "It is from HubSpot's interface v1 or v2: export it from /crm/v3/objects"
        raise InvalidRecord("version", "id", message)
    raise InvalidRecord("required", "id", "Expected the record's id")


def _changed_at(record: _Record, properties: Properties) -> datetime | None:
    if record.updated_at is not None:
        return record.updated_at
    path = "properties.hs_lastmodifieddate"
    return values.moment(path, properties.hs_lastmodifieddate) or values.moment(
        "properties.lastmodifieddate", properties.lastmodifieddate
    )


def deletable(kind: type[Entity], mapper: Mapper) -> Mapper:
    """The mapper, made to answer an archived record with a deletion.

    Archiving never moves `updatedAt`, so the later of both stamps is that of the deletion:
    https://developers.hubspot.com/changelog/new-definition-for-archivedat
    """

    def map_record(raw: bytes, origin: Origin) -> Iterator[Outcome]:
        if _MAY_BE_ARCHIVED.search(raw) is None:
            return mapper(raw, origin)
        record, attributes = _MARK.decode_all(raw)
        if not record.archived:
            return mapper(raw, origin)
        return iter([_deletion(kind, record, attributes, _identity(record, raw), origin)])

    return map_record


def _deletion(
    kind: type[Entity], record: _Record, attributes: JsonText, source_id: str, origin: Origin
) -> Entity:
    stamps = map(fields.instant, (record.updated_at, record.archived_at))
    stamp = max(filter(None, stamps), default=origin.as_of)
    return kind(
        source_id=source_id,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=stamp,
        deleted_at=fields.instant(record.archived_at) or stamp,
        attributes=attributes,
    )


def mergers(record: Opened[Properties], entity: str) -> Iterator[Outcome]:
    """The records that were merged into this one. HubSpot lists them nowhere else."""
    winner = End(entity, record.source_id)
    for merged in values.several(record.properties.hs_merged_object_ids):
        if merged == record.source_id:
            continue
        edge = Edge("merged_into", End(entity, merged), winner)
        key = f"merged_into:{entity}/{merged}"
        yield relationship(SYSTEM, edge, record.updated_at, source_id=key)
