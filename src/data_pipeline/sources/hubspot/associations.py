"""Which records belong together: a record's `associations`, and the lists of the v4 interface.

https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/batch/get-associations
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Id
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, json_text
from data_pipeline.sources.source import Origin, Outcome

SYSTEM: Final = "hubspot"

# The v3 interface's names of the associations that HubSpot defines, by the numbers of v4.
_TYPES: Final[Mapping[int, str]] = {
    1: "contact_to_company",
    2: "company_to_contact",
    3: "deal_to_contact",
    4: "contact_to_deal",
    5: "deal_to_company",
    6: "company_to_deal",
    13: "parent_to_child_company",
    14: "child_to_parent_company",
    19: "deal_to_line_item",
    20: "line_item_to_deal",
    279: "contact_to_company_unlabeled",
    280: "company_to_contact_unlabeled",
    341: "deal_to_company_unlabeled",
    342: "company_to_deal_unlabeled",
    449: "contact_to_contact",
    450: "company_to_company",
    451: "deal_to_deal",
}


class _Type(Struct, gc=False, rename="camel"):
    category: str | None = None
    type_id: int | None = None
    label: str | None = None


class _Association(Struct, gc=False, rename="camel"):
    id: Id | None = None
    to_object_id: Id | None = None
    type: str | None = None
    association_types: list[_Type] = []


_ABSENT: Final = Raw(b"")


class _Associations(Struct, gc=False):
    results: list[_Association] = []
    paging: Raw = _ABSENT


class _From(Struct, gc=False):
    id: Id


class _Listed(Struct, gc=False):
    from_: _From = msgspec.field(name="from")
    to: list[_Association] = []


class Associated(NamedTuple):
    """A record that another one is associated with, and in which ways."""

    source_id: str
    types: tuple[str, ...]


class Associations(NamedTuple):
    """The associations of one record, by the other records' type.

    `rest` is what neither a column nor a relationship says: other types, and lists that go on.
    """

    by_collection: Mapping[str, list[Associated]]
    rest: JsonText

    def of(self, collection: str) -> list[Associated]:
        """The associated records of that type, each once."""
        return self.by_collection.get(collection, [])


_LISTS: Final = RecordDecoder(_Associations)
_LISTED: Final = RecordDecoder(_Listed)
_members: Final = msgspec.json.Decoder(dict[str, Raw] | None).decode


def associations(raw: Raw, collections: Iterable[str]) -> Associations:
    """A record's associations.

    Args:
        raw: the value of its field `associations`.
        collections: the types that become columns or relationships.

    Raises:
        InvalidRecord: they are written in no known way.
    """
    try:
        members = _members(raw) or {}
    except msgspec.ValidationError:
        message = "Expected an object of lists by type"
        raise InvalidRecord("type", "associations", message) from None
    taken: dict[str, list[Associated]] = {}
    for name in set(collections) & set(members):
        listed = _LISTS.decode(bytes(members[name]), path=f"associations.{name}")
        taken[name] = _distinct(listed.results)
        if bytes(listed.paging) in (b"", b"null"):
            del members[name]
    rest = json_text(members) if members else NO_ATTRIBUTES
    return Associations(taken, rest)


def primary(associated: list[Associated], kind: str) -> str | None:
    """The one that is labelled primary; without such a label the only one, if it is."""
    for each in associated:
        if kind in each.types:
            return each.source_id
    return associated[0].source_id if len(associated) == 1 else None


def _distinct(results: list[_Association]) -> list[Associated]:
    """Each record once: HubSpot lists it once for each type of association."""
    found: dict[str, list[str]] = {}
    for each in results:
        source_id = fields.optional_identifier(each.to_object_id or each.id)
        if source_id is None:
            raise InvalidRecord("required", "associations", "Expected the associated record's id")
        types = [each.type] if each.type else []
        types += [_type(kind) for kind in each.association_types]
        found.setdefault(source_id, []).extend(types)
    return [Associated(source_id, tuple(types)) for source_id, types in found.items()]


def _type(kind: _Type) -> str:
    known = _TYPES.get(kind.type_id or 0) if kind.category != "USER_DEFINED" else None
    return known or kind.label or f"{kind.category}/{kind.type_id}"


def _company_to_company(company: str, other: Associated) -> Iterator[tuple[Edge, str | None]]:
    """A company has one parent at most, so the child names the edge."""
    one, another = End("customers", company), End("customers", other.source_id)
    if "child_to_parent_company" in other.types:
        yield Edge("parent_of", another, one), f"parent_of:{company}"
    elif "parent_to_child_company" in other.types:
        yield Edge("parent_of", one, another), f"parent_of:{other.source_id}"
    else:
        yield _between(one, another)


def _between(one: End, another: End) -> tuple[Edge, None]:
    """Both ends declare it, so the lesser id comes first."""
    return Edge("related_to", min(one, another), max(one, another)), None


type _Edges = Callable[[str, Associated], Iterator[tuple[Edge, str | None]]]


def _edges(kind: str, left: str, right: str, *, reverse: bool = False) -> _Edges:
    def make(source_id: str, other: Associated) -> Iterator[tuple[Edge, str | None]]:
        ends = (other.source_id, source_id) if reverse else (source_id, other.source_id)
        yield Edge(kind, End(left, ends[0]), End(right, ends[1])), None

    return make


def _related(entity: str) -> _Edges:
    def make(source_id: str, other: Associated) -> Iterator[tuple[Edge, str | None]]:
        yield _between(End(entity, source_id), End(entity, other.source_id))

    return make


_EDGES: Final[Mapping[tuple[str, str], _Edges]] = {
    ("companies", "companies"): _company_to_company,
    ("companies", "contacts"): _edges("contact_of", "contacts", "customers", reverse=True),
    ("companies", "deals"): _edges("deal_with", "opportunities", "customers", reverse=True),
    ("contacts", "companies"): _edges("contact_of", "contacts", "customers"),
    ("contacts", "contacts"): _related("contacts"),
    ("contacts", "deals"): _edges("involves", "opportunities", "contacts", reverse=True),
    ("deals", "companies"): _edges("deal_with", "opportunities", "customers"),
    ("deals", "contacts"): _edges("involves", "opportunities", "contacts"),
    ("deals", "deals"): _related("opportunities"),
}


class Declared(NamedTuple):
    """A record that declares associations, of one type, changed at a time."""

    collection: str
    source_id: str
    updated_at: datetime


def relationships(
    record: Declared, collection: str, associated: Iterable[Associated]
) -> Iterator[Outcome]:
    """The relationships to records of one type."""
    for other in associated:
        for edge, key in _EDGES[record.collection, collection](record.source_id, other):
            types = {"types": sorted(set(other.types))} if other.types else {}
            yield relationship(
                SYSTEM,
                edge,
                record.updated_at,
                source_id=key,
                attributes=json_text(types),
            )


# The ends of an association, from what the v3 interface calls it.
_PLURALS: Final = {"contact": "contacts", "company": "companies", "deal": "deals"}


def listed(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """What the v4 interface lists for one record: `{"from": {"id": …}, "to": […]}`.

    Raises:
        InvalidRecord: it does not say of which types the records are.
    """
    record = _LISTED.decode(raw)
    for other in _distinct(record.to):
        ends = next(filter(None, map(_ends, other.types)), None)
        if ends is None:
            message = (
                "Expected an association between companies, contacts and deals that HubSpot "
                f"defines, not {', '.join(other.types) or 'one without types'}"
            )
            raise InvalidRecord("record_type", "to", message)
        declared = Declared(ends[0], fields.identifier(record.from_.id), origin.as_of)
        yield from relationships(declared, ends[1], [other])


def _ends(kind: str) -> tuple[str, str] | None:
    if kind in ("child_to_parent_company", "parent_to_child_company"):
        return "companies", "companies"
    left, _, right = kind.removesuffix("_unlabeled").partition("_to_")
    ends = _PLURALS.get(left, ""), _PLURALS.get(right, "")
    return ends if ends in _EDGES else None
