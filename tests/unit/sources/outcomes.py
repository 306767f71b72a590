"""Records given to a source, and what it makes of them."""

import json
from datetime import UTC, datetime
from typing import Any

from data_pipeline.canonical.entities import Entity
from data_pipeline.sources.source import Outcome, Rejected, Source

WRITTEN_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def outcomes(source: Source, record: object, collection: str | None = None) -> list[Outcome]:
    raw = record if isinstance(record, bytes) else json.dumps(record).encode()
    key = f"{source.name}-data/records.json"
    return list(source.outcomes(raw, collection=collection, as_of=WRITTEN_AT, key=key))


def entities(source: Source, record: object, collection: str | None = None) -> list[Entity]:
    made = outcomes(source, record, collection)
    assert [one for one in made if isinstance(one, Rejected)] == []
    return [one for one in made if isinstance(one, Entity)]


def one[E: Entity](
    kind: type[E], source: Source, record: object, collection: str | None = None
) -> E:
    found = [each for each in entities(source, record, collection) if isinstance(each, kind)]
    assert len(found) == 1
    return found[0]


def rejected(source: Source, record: object, collection: str | None = None) -> Rejected:
    found = [each for each in outcomes(source, record, collection) if isinstance(each, Rejected)]
    assert len(found) == 1
    return found[0]


def attributes(entity: Entity) -> Any:
    return json.loads(entity.attributes)
