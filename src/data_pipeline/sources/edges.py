"""Relationships that a record of a source declares to other records of the same source."""

from datetime import datetime
from typing import NamedTuple

from data_pipeline.canonical.entities import NO_ATTRIBUTES, JsonText, Relationship


class End(NamedTuple):
    """A record: its entity's table, and its id in the source."""

    entity: str
    source_id: str


class Edge(NamedTuple):
    """A relationship, read from left to right: `origin` is `kind` (of) `target`."""

    kind: str
    origin: End
    target: End

    @property
    def key(self) -> str:
        """The id of an edge that may exist beside others of its kind, whoever declares it."""
        return f"{self.kind}:{'/'.join(self.origin)}:{'/'.join(self.target)}"


def relationship(
    system: str,
    edge: Edge,
    updated_at: datetime,
    *,
    source_id: str | None = None,
    attributes: JsonText = NO_ATTRIBUTES,
) -> Relationship:
    """The edge as an entity.

    Args:
        system: the source system of both ends.
        edge: what it says.
        updated_at: when the record that declares it changed.
        source_id: the edge's id where a record has one of its kind at most, so that another target
            replaces the one before.
        attributes: what else the source says of it.
    """
    return Relationship(
        source_id=source_id or edge.key,
        source_updated_at=updated_at,
        attributes=attributes,
        relationship_type=edge.kind,
        from_entity=edge.origin.entity,
        from_source_system=system,
        from_source_id=edge.origin.source_id,
        to_entity=edge.target.entity,
        to_source_system=system,
        to_source_id=edge.target.source_id,
    )
