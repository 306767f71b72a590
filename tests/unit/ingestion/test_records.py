import json
from collections.abc import Iterator

import pytest

from data_pipeline.ingestion import json_text, records
from data_pipeline.ingestion.records import Envelope, RawRecord, document, layout_of, lines
from data_pipeline.ingestion.unreadable import UnreadableFile


def chunks(text: bytes, size: int = 7) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


def read(text: str | bytes) -> list[RawRecord]:
    content = text.encode() if isinstance(text, str) else text
    envelope = Envelope(
        collections=("customers", "orders"),
        record_fields=frozenset({"id"}),
        ignored=("errors",),
        lists_of_page=lambda page: {"orders": "returns"} if "returned" in page else {},
    )
    return list(document(chunks(content), envelope))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("crm-data/a.json", ("record", True, False)),
        ("crm-data/a.b.JSON.GZ", ("record", True, True)),
        ("crm-data/a.ndjson", ("line", False, False)),
        ("crm-data/a.jsonl.gz", ("line", False, True)),
    ],
)
def test_layout_is_in_the_name(key: str, expected: tuple[str, bool, bool]) -> None:
    assert layout_of(key) == expected


@pytest.mark.parametrize("key", ["crm-data/a.csv", "crm-data/a", "crm-data/a.gz", "crm-data/json"])
def test_other_names_are_refused_with_those_that_are_not(key: str) -> None:
    with pytest.raises(UnreadableFile, match=r"\.json, \.ndjson, \.jsonl"):
        layout_of(key)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_lines_are_numbered_as_an_editor_does(size: int) -> None:
    found = list(lines(chunks(b'{"a":1}\r\n\n  {"a":2}\n{"a":3}', size)))
    assert [(record.number, record.raw) for record in found] == [
        (1, b'{"a":1}'), (3, b'{"a":2}'), (4, b'{"a":3}')
    ]  # fmt: skip


def test_line_beyond_the_limit_is_cut_and_the_next_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "LARGEST_VALUE_BYTES", 100)
    found = list(lines(chunks(b"a\n" + b"x" * 5000 + b"\nb", 60)))
    assert [(record.number, record.is_cut) for record in found] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert len(found[1].raw) < 200
    assert found[2].raw == b"b"


def test_array_is_its_elements() -> None:
    assert [(one.position, one.collection, one.raw) for one in read('[{"id": 1}, 2]')] == [
        (1, None, b'{"id": 1}'), (2, None, b"2")
    ]  # fmt: skip


def test_object_with_a_record_s_own_field_is_one_record() -> None:
    (record,) = read('{"customers": [], "id": 1}')
    assert json.loads(record.raw) == {"customers": [], "id": 1}


def test_envelope_is_its_lists_each_numbered_by_itself() -> None:
    text = '{"at": {"a": [1]}, "customers": [{}, {}], "tags": ["x"], "orders": [{}], "end": null}'
    assert [(one.position, one.number, one.collection) for one in read(text)] == [
        (1, 1, "customers"), (2, 2, "customers"), (3, 1, "orders")
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [10, 10_000])
def test_envelope_is_read_the_same_when_it_is_larger_than_any_record(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(json_text, "LARGEST_VALUE_BYTES", limit)
    text = '{"customers": [{"a": 1}, {"a": 2}], "orders": null, "x": 1}'
    assert [json.loads(one.raw) for one in read(text)] == [{"a": 1}, {"a": 2}]


def test_empty_lists_are_no_records_and_no_error() -> None:
    assert read("[]") == []
    assert read('{"customers": []}') == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("5", "json"),
        ('"text"', "json"),
        ("[1] 2", "json"),
        ("[1]]", "json"),
        ('{"customers": [1]', "json"),
        ('{"customers": [1],}', "json"),
        ('{"customers": [1} ]', "json"),
        ("{customers: []}", "json"),
        ("{}", "envelope"),
        ('{"rows": 5}', "envelope"),
        ('{"customers": {"a": 1}}', "envelope"),
        ('{"customers": [], "costumers": [{"id": 1}]}', "envelope"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("limit", [10, 10_000])
def test_other_documents_are_refused(
    monkeypatch: pytest.MonkeyPatch, text: str, rule: str, limit: int
) -> None:
    monkeypatch.setattr(json_text, "LARGEST_VALUE_BYTES", limit)
    with pytest.raises(UnreadableFile) as refusal:
        read(text)
    assert refusal.value.rule == rule


@pytest.mark.parametrize("form", ["[{}]", '{{"customers": [{}], "end": 1}}'])
def test_record_beyond_the_limit_is_cut_and_the_next_is_whole(
    monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(json_text, "LARGEST_VALUE_BYTES", 100)
    large = '{"a": "' + "x" * 1000 + '"}'
    found = read(form.format(f'{{"a": 1}}, {large}, {{"a": 2}}'))
    assert [(record.number, record.is_cut) for record in found] == [
        (1, False), (2, True), (3, False)
    ]  # fmt: skip
    assert found[2].raw == b'{"a": 2}'


def test_value_beyond_the_limit_that_is_no_record_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_text, "LARGEST_VALUE_BYTES", 100)
    with pytest.raises(UnreadableFile, match="MiB"):
        read('{"note": "' + "x" * 1000 + '", "customers": []}')


def test_list_that_holds_no_records_is_passed_over() -> None:
    found = read('{"errors": [{"code": 7}], "orders": [{"id": 1}]}')
    assert [(record.collection, record.raw) for record in found] == [("orders", b'{"id": 1}')]


def test_page_that_tells_what_its_list_holds_is_believed() -> None:
    found = read('{"orders": [{"id": 1}], "customers": [{"id": 2}], "returned": true}')
    assert [record.collection for record in found] == ["returns", "customers"]
