"""Rows as COPY reads them: whatever a text holds, it is what was meant."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from data_pipeline.canonical.entities import Customer, Entity, JsonText, Opportunity
from data_pipeline.canonical.tables import TABLE_OF
from data_pipeline.ingestion.copy_lines import staging_lines

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def fields(*entities: Entity) -> list[list[str]]:
    """The lines' fields as a reader of CSV sees them, `null` for both null and that word."""
    lines = staging_lines(7, entities, range(1, len(entities) + 1))
    text = io.StringIO(lines.decode(), newline="")
    return list(csv.reader(text, quotechar='"', escapechar="\\", doublequote=False, strict=True))


def test_values_of_each_type_are_written_as_postgresql_reads_them() -> None:
    entity = Opportunity(
        source_id="O1",
        source_updated_at=NOON,
        name="Deal",
        amount=Decimal("12.50"),
        expected_close_date=date(2026, 3, 4),
    )
    line = staging_lines(7, [entity], [1])
    assert line.startswith(b'7,1,"O1","2026-01-02T12:00:00Z",null,null,"{}",null,null,"Deal"')
    assert b'"12.50",null,null,"2026-03-04"' in line


def test_null_and_the_word_null_are_told_apart_by_quotes() -> None:
    line = staging_lines(7, [Customer(source_id="null", source_updated_at=NOON)], [1])
    assert line.startswith(b'7,1,"null","2026-01-02T12:00:00Z",null')


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text_comes_back(texts: list[str]) -> None:
    entities = [
        Customer(
            source_id="C1",
            source_updated_at=NOON,
            name=text,
            attributes=JsonText(f'{{"text":"{text}"}}'),
        )
        for text in (*texts, 'a\n\\n"]\n[\t\x01\\')
    ]
    columns = [column.name for column in TABLE_OF[Customer].columns]
    for entity, line in zip(entities, fields(*entities), strict=True):
        assert line[2 + columns.index("name")] == entity.name
        assert line[2 + columns.index("attributes")] == entity.attributes
