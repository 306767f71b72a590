import msgspec
import pytest

from data_pipeline.sources.crm import SOURCE
from data_pipeline.sources.records import InvalidRecord, MalformedJson, RecordDecoder
from tests.unit.sources.outcomes import entities, outcomes, rejected


@pytest.mark.parametrize("text", [b'{"id": 1, "name": "a"', b'{"id": NaN}', b"{'id': 1}", b"nul"])
def test_text_that_is_no_json_is_told_apart_from_bad_records(text: bytes) -> None:
    with pytest.raises(MalformedJson):
        outcomes(SOURCE, text)


@pytest.mark.parametrize("value", [[1], "text", 5, None, True])
def test_value_that_is_no_object_is_a_bad_record(value: object) -> None:
    assert rejected(SOURCE, value).rule == "type"


def test_nul_character_is_refused_since_no_column_can_hold_it() -> None:
    assert rejected(SOURCE, rb'{"id": 1, "name": "a\u0000"}').rule == "nul_character"
    assert rejected(SOURCE, rb'{"id": 1, "name": "a", "x": "\\\u0000"}').rule == "nul_character"


def test_escaped_backslash_before_u0000_is_no_nul_character() -> None:
    assert len(entities(SOURCE, rb'{"id": 1, "name": "a\\u0000"}')) == 1


def test_half_of_a_surrogate_pair_is_a_bad_record_not_a_broken_file() -> None:
    assert rejected(SOURCE, rb'{"id": 1, "name": "\ud83d"}').rule == "surrogate"


def test_surrogate_pair_is_one_character() -> None:
    assert len(entities(SOURCE, rb'{"id": 1, "name": "\ud83d\ude00"}')) == 1


def test_deep_nesting_is_refused() -> None:
    deep = b'{"id": 1, "name": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert rejected(SOURCE, deep).rule == "nesting"


def test_message_shows_a_long_value_cut_short() -> None:
    refusal = rejected(SOURCE, {"id": 1, "name": "a", "email": "x" * 10_000})
    assert len(refusal.message) < 200


def test_fields_without_a_column_are_kept_whatever_the_records_before_had() -> None:
    class Known(msgspec.Struct):
        id: int

    decoder = RecordDecoder(Known)
    texts = (
        b'{"id":1}',
        b'{"id":2}',
        b'{"id":3,"more":[1]}',
        b'{"id":4,"\\u006dore":2}',
        b'{"id":5}',
    )
    assert [(record.id, rest) for record, rest in map(decoder.decode_all, texts)] == [
        (1, "{}"),
        (2, "{}"),
        (3, '{"more":[1]}'),
        (4, '{"more":2}'),
        (5, "{}"),
    ]


def test_fields_are_kept_also_where_each_record_has_other_ones() -> None:
    class Known(msgspec.Struct):
        id: int

    decoder = RecordDecoder(Known)
    decoder.decode_all(rb'{"id":1,"\u0001":2,"":3,"\"":4}')
    for number in range(300):
        record, rest = decoder.decode_all(b'{"id":%d,"a b-%d":"x","more":null}' % (number, number))
        assert record.id == number
        assert msgspec.json.decode(rest) == {f"a b-{number}": "x", "more": None}


def test_character_nul_is_refused_in_any_record_of_many() -> None:
    class Known(msgspec.Struct):
        id: str

    decoder = RecordDecoder(Known)
    decoder.decode_all(b'{"id":"1"}')
    with pytest.raises(InvalidRecord, match="u0000"):
        decoder.decode_all(rb'{"id":"\u0000"}')
