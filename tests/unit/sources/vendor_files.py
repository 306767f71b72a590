"""A vendor's saved responses, read as a loader reads them, and records to vary."""

import json
from pathlib import Path
from typing import Any

from data_pipeline.canonical.entities import Entity
from data_pipeline.ingestion.records import Envelope, document
from data_pipeline.sources.source import Outcome, Rejected, Source
from tests.unit.sources.outcomes import WRITTEN_AT

EXAMPLES = Path(__file__).parent / "examples"


def text(source: Source, name: str) -> bytes:
    """The example of that name."""
    return (EXAMPLES / source.name / name).read_bytes()


def read(
    source: Source, content: bytes, *, key: str, default_currency: str | None = None
) -> list[Outcome]:
    """What a file becomes."""
    envelope = Envelope(
        collections=source.lists,
        record_fields=source.record_fields,
        wrappers=source.wrappers,
        ignored=source.ignored_lists,
        lists_of_page=source.lists_of_page,
    )
    return [
        outcome
        for record in document(iter([content]), envelope)
        for outcome in source.outcomes(
            record.raw,
            collection=record.collection,
            as_of=WRITTEN_AT,
            key=key,
            default_currency=default_currency,
        )
    ]


def example(source: Source, name: str, *, default_currency: str | None = None) -> list[Outcome]:
    """What the example of that name becomes, uploaded under its own name."""
    key = f"{source.name}-data/{name}"
    return read(source, text(source, name), key=key, default_currency=default_currency)


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
