"""What a source system is to the pipeline: names of its collections, and a mapping for each."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Entity
from data_pipeline.sources.records import InvalidRecord, MalformedJson

_LOGGER: Final = logging.getLogger(__name__)

# Clocks differ, and some systems write local times as if they were UTC.
_LARGEST_ADVANCE: Final = timedelta(days=1)


class Rejected(Struct, frozen=True):
    """A record that breaks a rule, as it came. `path` begins with its collection."""

    record_type: str | None
    parent_source_id: str | None
    path: str
    rule: str
    message: str
    raw: bytes


type Outcome = Entity | Rejected


class Origin(Struct, frozen=True):
    """Where a record is from.

    `as_of` stands in for the time of the last change where a record has none: the record was like
    that when its file was written, or when the record around it last changed. Likewise
    `default_currency` (ISO 4217) is that of amounts for which a record names none. What says that
    it changed after `latest` is not believed.
    """

    collection: str
    path: str
    as_of: datetime
    parent_source_id: str | None = None
    default_currency: str | None = None
    latest: datetime = datetime.max.replace(tzinfo=UTC)

    def of(self, source_id: str, updated_at: datetime) -> "Origin":
        """Where the records nested in this one are from."""
        return msgspec.structs.replace(self, parent_source_id=source_id, as_of=updated_at)


type Mapper = Callable[[bytes, Origin], Iterator[Outcome]]

type Reader = Callable[[bytes, str | None], Iterator[Outcome]]
"""Everything that one record of a file becomes, from its JSON text and the envelope's name for the
list that it was in: None for a record that is in no named list.

It, or the iterator, raises MalformedJson for what is no JSON; whether that spoils more than the
record, the reader of the file knows.
"""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source system.

    Attributes:
        name: the value of `source_system`.
        mappers: how a record of each collection becomes entities.
        collection_of: the collection of a record that stands alone, from its bytes and the key of
            the object that it is in.
        record_fields: fields that only a record has, never the envelope around collections.
        other_lists: the envelope's lists that are not named for the collection that they hold,
            with that; None where only `collection_of` knows.
        wrappers: the envelope's members that hold one record or another envelope, likewise.
        ignored_lists: the envelope's lists that hold no records.
        lists_of_page: the collections of the envelope's lists as far as its other members tell.
        edges_of_customers: types of the relationships to a customer that its own record names, one
            of each at most: without it in a newer record the relationship is gone. Their ids are
            `<type>:<the customer's id>`.
    """

    name: str
    mappers: Mapping[str, Mapper]
    collection_of: Callable[[bytes, str], str]
    record_fields: frozenset[str]
    other_lists: Mapping[str, str | None] = field(default_factory=dict)
    wrappers: Mapping[str, str | None] = field(default_factory=dict)
    ignored_lists: frozenset[str] = frozenset()
    lists_of_page: Callable[[Mapping[str, Raw]], Mapping[str, str]] | None = None
    edges_of_customers: frozenset[str] = frozenset()

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of all lists that an envelope may have."""
        return (*self.mappers, *self.other_lists)

    def outcomes(  # noqa: PLR0913 - the context of a record
        self,
        raw: bytes,
        *,
        collection: str | None,
        as_of: datetime,
        key: str = "",
        default_currency: str | None = None,
        read_at: datetime | None = None,
    ) -> Iterator[Outcome]:
        """Everything that one record of a file becomes: see `reader` and `Reader`."""
        read = self.reader(as_of=as_of, key=key, default_currency=default_currency, read_at=read_at)
        return read(raw, collection)

    def reader(
        self,
        *,
        as_of: datetime,
        key: str = "",
        default_currency: str | None = None,
        read_at: datetime | None = None,
    ) -> Reader:
        """What maps the records of one file.

        Args:
            as_of: when the file was written.
            key: the key of the object, if it is in one.
            default_currency: ISO 4217, of amounts for which the record names none.
            read_at: when the file is read, if that is much later than it was written. A change
                over a day after that time is not believed: it would keep out all later ones.
        """
        latest = (read_at or as_of) + _LARGEST_ADVANCE
        mappings = {
            name: (mapper, Origin(
                collection=name,
                path=f"{name}[]",
                as_of=as_of,
                default_currency=default_currency,
                latest=latest,
            ))
            for name, mapper in self.mappers.items()
        }  # fmt: skip

        def read(raw: bytes, collection: str | None) -> Iterator[Outcome]:
            try:
                name = self._collection_named(collection) or self.collection_of(raw, key)
            except (MalformedJson, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 - as in `checked`
                return iter([_rejected(_rule_broken(error), raw)])
            mapper, origin = mappings[name]
            return checked(mapper, raw, origin)

        return read

    def _collection_named(self, member: str | None) -> str | None:
        if member is None or member in self.mappers:
            return member
        return self.other_lists.get(member) or self.wrappers.get(member)


def checked(mapper: Mapper, raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """The mapper's entities, or the record rejected by the rule that it breaks.

    What a mapper did not foresee is rejected too: the record is kept, and replayed when the
    mapper was mended.
    """
    try:
        for outcome in mapper(raw, origin):
            if isinstance(outcome, Entity) and outcome.source_updated_at > origin.latest:
                yield _rejected(_from_the_future(outcome, origin), raw, origin)
                return
            yield outcome
    except (MalformedJson, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - see above
        yield _rejected(_rule_broken(error), raw, origin)


def _rule_broken(error: Exception) -> InvalidRecord:
    if isinstance(error, InvalidRecord):
        return error
    _LOGGER.error("a mapper met what it did not foresee", exc_info=error)
    message = f"The pipeline can't map it: {type(error).__name__}: {error}. Replay it once it can"
    return InvalidRecord("unforeseen", "", message)


def _from_the_future(entity: Entity, origin: Origin) -> InvalidRecord:
    changed_at, latest = entity.source_updated_at.isoformat(), origin.latest.isoformat()
    message = (
        f"Expected a time of the last change until {latest}, a day after the file was written, "
        f"not {changed_at}"
    )
    return InvalidRecord("future", "", message)


def nested(mapper: Mapper, records: Iterable[Raw], name: str, parent: Origin) -> Iterator[Outcome]:
    """The entities of a list within a record. One that breaks a rule does not spoil the others.

    Args:
        mapper: maps one element of the list.
        records: the elements' JSON texts.
        name: the list's field, which is also the name of its collection.
        parent: the record around the list, as `Origin.of` its id.
    """
    for index, raw in enumerate(records):
        origin = msgspec.structs.replace(
            parent, collection=name, path=f"{parent.path}.{name}[{index}]"
        )
        yield from checked(mapper, bytes(raw), origin)


def _rejected(error: InvalidRecord, raw: bytes, origin: Origin | None = None) -> Rejected:
    return Rejected(
        record_type=origin.collection if origin else None,
        parent_source_id=origin.parent_source_id if origin else None,
        path=".".join(filter(None, (origin.path if origin else "", error.path))),
        rule=error.rule,
        message=error.message,
        raw=raw,
    )
