"""Records within records: what a query selects of the children of each record.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships.htm
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText
from data_pipeline.sources.records import RecordDecoder, join_attributes
from data_pipeline.sources.source import Mapper, Origin, Outcome, checked


class _Result(Struct, gc=False):
    """Null without any children. With many it is the first page, and says so."""

    records: list[Raw] = []
    done: bool = True


_RESULT: Final = RecordDecoder(_Result, kept=("done",))


class Subquery(NamedTuple):
    """The children of a record in one of its fields.

    `rest` is empty but for a first page, of which it says how many there are and where.
    """

    name: str
    collection: str
    mapper: Mapper
    records: list[Raw]
    rest: JsonText


def subquery(name: str, raw: Raw, collection: str, mapper: Mapper) -> Subquery:
    """The children in field `name` of a record.

    Args:
        name: the field, the name of a relationship.
        raw: the field's value.
        collection: the children's type.
        mapper: maps one of them.

    Raises:
        InvalidRecord: it is no result of a query.
    """
    if bytes(raw) == b"null":
        return Subquery(name, collection, mapper, [], NO_ATTRIBUTES)
    result, rest = _RESULT.decode_all(bytes(raw), path=name)
    return Subquery(
        name, collection, mapper, result.records, NO_ATTRIBUTES if result.done else rest
    )


def with_pages(attributes: JsonText, subqueries: Iterable[Subquery]) -> JsonText:
    """The attributes, with what the subqueries say of children that are on other pages."""
    for children in subqueries:
        attributes = join_attributes(attributes, children.name, children.rest)
    return attributes


def outcomes(subqueries: Iterable[Subquery], parent: Origin) -> Iterator[Outcome]:
    """The children's entities. One that breaks a rule does not spoil the others.

    Args:
        subqueries: the children.
        parent: the record around them, as `Origin.of` its id.
    """
    for name, collection, mapper, records, _ in subqueries:
        for index, raw in enumerate(records):
            path = f"{parent.path}.{name}[{index}]"
            origin = msgspec.structs.replace(parent, collection=collection, path=path)
            yield from checked(mapper, bytes(raw), origin)
