"""Examples of one source: what they become, and their records to vary."""

import json
from typing import Any

from data_pipeline.canonical.entities import Entity
from data_pipeline.sources.source import Outcome, Rejected, Source
from tests.unit.sources.files import EXAMPLES, read


def text(source: Source, name: str) -> bytes:
    """The example of that name."""
    return (EXAMPLES / source.name / name).read_bytes()


def example(source: Source, name: str, *, default_currency: str | None = None) -> list[Outcome]:
    """What the example of that name becomes, uploaded under its own name."""
    key = f"{source.name}-data/{name}"
    return read(text(source, name), key, default_currency=default_currency)


def records(source: Source, name: str, member: str) -> list[dict[str, Any]]:
    """The records of an example, to be changed."""
    return list(json.loads(text(source, name))[member])


def of_kind[E: Entity](kind: type[E], outcomes: list[Outcome]) -> list[E]:
    """The entities of one kind; nothing may have been rejected."""
    assert [each for each in outcomes if isinstance(each, Rejected)] == []
    return [each for each in outcomes if isinstance(each, kind)]


def with_id[E: Entity](kind: type[E], outcomes: list[Outcome], source_id: str) -> E:
    """The one entity of a kind with that id, whatever was rejected beside it."""
    found = [each for each in outcomes if isinstance(each, kind) and each.source_id == source_id]
    assert len(found) == 1
    return found[0]
