"""Example answers of vendors' APIs, read as the loader reads files."""

from datetime import datetime
from pathlib import Path

import msgspec

from data_pipeline.canonical.entities import Entity
from data_pipeline.ingestion.records import Envelope, document, layout_of, lines
from data_pipeline.sources.registry import source_of
from data_pipeline.sources.source import Outcome, Rejected
from tests.unit.sources.outcomes import WRITTEN_AT

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> bytes:
    """The content of an example, such as `stripe/charges_list.json`."""
    return (EXAMPLES / name).read_bytes()


def read(
    content: object,
    key: str,
    *,
    default_currency: str | None = None,
    as_of: datetime = WRITTEN_AT,
) -> list[Outcome]:
    """All that a file becomes: bytes as they are, anything else as JSON."""
    text = content if isinstance(content, bytes) else msgspec.json.encode(content)
    source = source_of(key)
    envelope = Envelope(
        collections=source.lists,
        record_fields=source.record_fields,
        wrappers=source.wrappers,
        ignored=source.ignored_lists,
        lists_of_page=source.lists_of_page,
    )
    is_document = layout_of(key).is_document
    records = document(iter([text]), envelope) if is_document else lines(iter([text]))
    return [
        outcome
        for record in records
        for outcome in source.outcomes(
            record.raw,
            collection=record.collection,
            as_of=as_of,
            key=key,
            default_currency=default_currency,
        )
    ]


def read_all[E: Entity](
    kind: type[E], content: object, key: str, *, default_currency: str | None = None
) -> dict[str, E]:
    """The entities of a kind by their ids, of a file that has nothing to quarantine."""
    made = read(content, key, default_currency=default_currency)
    assert [each for each in made if isinstance(each, Rejected)] == []
    return {each.source_id: each for each in made if isinstance(each, kind)}


def refusals(content: object, key: str) -> list[Rejected]:
    """What of a file goes to quarantine."""
    return [each for each in read(content, key) if isinstance(each, Rejected)]


def refusal(content: object, key: str) -> Rejected:
    """The one record of a file that goes to quarantine."""
    (one,) = refusals(content, key)
    return one
