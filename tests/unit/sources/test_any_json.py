"""No JSON value is more than a mapper can bear."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data_pipeline.ingestion.unreadable import UnreadableFile
from data_pipeline.sources.records import MalformedJson
from data_pipeline.sources.registry import source_of
from data_pipeline.sources.source import Rejected
from tests.unit.sources.files import read
from tests.unit.sources.json_values import SOURCES, VALUES, spoilt


def unforeseen(content: Any, key: str) -> list[str]:
    try:
        outcomes = read(content, key)
    except (UnreadableFile, MalformedJson):
        return []
    rejected = [each for each in outcomes if isinstance(each, Rejected)]
    return [each.message for each in rejected if each.rule == "unforeseen"]


@settings(max_examples=300)
@given(value=VALUES, source=st.sampled_from(SOURCES))
def test_any_value_is_mapped_or_breaks_a_rule(value: Any, source: str) -> None:
    assert unforeseen(value, f"{source}-data/any.json") == []


@settings(max_examples=700)
@given(file=spoilt())
def test_any_value_in_the_place_of_another_is_mapped_or_breaks_a_rule(
    file: tuple[str, str, Any],
) -> None:
    source, name, content = file
    assert unforeseen(content, f"{source}-data/{name}") == []


@settings(max_examples=300)
@given(value=VALUES, data=st.data())
def test_any_record_of_any_collection_is_mapped_or_breaks_a_rule(
    value: Any, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(SOURCES))
    mappers = source_of(f"{source}-data/a.json").mappers
    collection = data.draw(st.sampled_from(sorted(mappers)))
    assert unforeseen({collection: [value]}, f"{source}-data/any.json") == []
