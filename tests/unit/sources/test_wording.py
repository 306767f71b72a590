"""Every message of the decoder, as it is told to those who own the source."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from data_pipeline.sources.fields import Email
from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.wording import RULES

CASES: list[tuple[Any, str, str, str]] = [
    (str, "null", "required", "Expected text, not null"),
    (int | str, "null", "required", "Expected a whole number or text, not null"),
    (str, "17", "type", "Expected text, not 17"),
    (int | None, '"17"', "type", 'Expected a whole number, not "17"'),
    (int, "1.5", "type", "Expected a whole number, not 1.5"),
    (bool, "1", "type", "Expected true or false, not 1"),
    (list[int], "{}", "type", "Expected a list, not {}"),
    (dict[str, int], "[]", "type", "Expected an object, not []"),
    (Decimal, "true", "type", "Expected a number, not true"),
    (Decimal, '"1,50"', "decimal", 'Expected a number, such as 12.50, not "1,50"'),
    (float, "1e999", "range", "Expected a number of an ordinary size"),
    (Annotated[int, Meta(ge=0)], "-5", "range", "Expected a whole number of at least 0, not -5"),
    (Annotated[int, Meta(le=9)], "10", "range", "Expected a whole number of at most 9, not 10"),
    (Annotated[str, Meta(min_length=1)], '""', "required", 'Expected a value, not ""'),
    (Annotated[str, Meta(max_length=2)], '"abc"', "length",
     'Expected at most 2 characters, not "abc"'),
    (Email, '"nobody"', "format", 'Expected an e-mail address, not "nobody"'),
    (Literal["EUR"], '"EURO"', "enumeration",
     "Expected a code or word that is in this field's list, not 'EURO'"),
    (date, '"2026-02-30"', "date",
     'Expected a date that exists, such as 2026-01-31, not "2026-02-30"'),
    (datetime, '"2026-02-30T00:00:00Z"', "date",
     "Expected a date and time that exist, such as 2026-01-31T12:00:00Z, not "),
    (datetime, "17", "type", "Expected a date and time, not 17"),
]  # fmt: skip


def refused(kind: Any, value: str) -> InvalidRecord:
    struct: type[Struct] = msgspec.defstruct("Record", [("field", kind)])
    with pytest.raises(InvalidRecord) as caught:
        RecordDecoder(struct).decode(f'{{"field": {value}}}'.encode())
    return caught.value


@pytest.mark.parametrize(("kind", "value", "rule", "message"), CASES)
def test_rule_and_value_are_told_in_plain_words(
    kind: Any, value: str, rule: str, message: str
) -> None:
    error = refused(kind, value)
    assert (error.path, error.rule) == ("field", rule)
    assert error.message.startswith(message)
    assert "`" not in error.message


def test_missing_field_is_named() -> None:
    struct: type[Struct] = msgspec.defstruct("Record", [("field", str)])
    with pytest.raises(InvalidRecord) as caught:
        RecordDecoder(struct).decode(b'{"other": 1}')
    error = caught.value
    assert (error.path, error.rule) == ("field", "required")
    assert error.message == "Expected a value, but the field is missing"


def test_every_rule_of_the_decoder_has_a_case() -> None:
    assert {rule for _, _, rule, _ in CASES} == RULES
