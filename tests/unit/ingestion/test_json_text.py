import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_pipeline.ingestion import json_text
from data_pipeline.ingestion.json_text import Beginning, JsonText, ValueTooLarge
from data_pipeline.ingestion.unreadable import UnreadableFile

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def chunks(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


@given(
    values=st.lists(JSON, max_size=6), size=st.integers(1, 40), indent=st.sampled_from([None, 1])
)
def test_elements_are_the_array_s_values_however_it_is_cut(
    values: list[object], size: int, indent: int | None
) -> None:
    text = JsonText(chunks(json.dumps(values, indent=indent).encode(), size))
    assert [json.loads(element) for element in text.elements()] == values
    assert text.peek() == b""


@pytest.mark.parametrize(
    "text",
    [b"[1, 2", b"[", b'[{"a": 1}', b'["abc', b"[1 2]", b"[1,,2]", b"[1,]", b'[{"a": "}', b"[1}"],
)
def test_broken_array_is_refused(text: bytes) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        list(JsonText(chunks(text, 3)).elements())
    assert refusal.value.rule == "json"


def test_error_tells_the_byte() -> None:
    text = b'[{"a": 1}, {"a": 2} {"a": 3}]'
    with pytest.raises(UnreadableFile, match="byte 20: expected ',' or ']'"):
        list(JsonText(chunks(text, 7)).elements())


def limited(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(json_text, "LARGEST_VALUE_BYTES", limit)
    monkeypatch.setattr(json_text, "BEGINNING_BYTES", 10)


def test_value_beyond_the_limit_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 1000)
    endless = iter(lambda: b"x" * 100, b"")
    start = iter([b'{"a": "'])
    text = JsonText(chunk for part in (start, endless) for chunk in part)
    with pytest.raises(ValueTooLarge):
        text.value()


LONG = "x" * 5000
TOO_LARGE = {
    "string": json.dumps(LONG),
    "escapes": json.dumps('\\"' * 3000),
    "number": "1" * 5000,
    "string in an object": json.dumps({"a": LONG, "b": [{}]}),
    "many values": json.dumps([{"a": [1, "]}"]}] * 500),
    "nesting": "[" * 2000 + "]" * 2000,
    "escapes in an object": json.dumps({"a": '\\"[{' * 3000, '"': "\\"}),
}


@pytest.mark.parametrize("size", [1, 7, 900])
@pytest.mark.parametrize("large", TOO_LARGE.values(), ids=TOO_LARGE)
def test_of_an_element_beyond_the_limit_its_beginning_is_given_and_the_next_is_whole(
    monkeypatch: pytest.MonkeyPatch, large: str, size: int
) -> None:
    limited(monkeypatch, 1000)
    content = f'[{{"a": 1}}, {large} , {{"b": 2}}]'.encode()
    text = JsonText(chunks(content, size))
    found = list(text.elements())
    assert found == [b'{"a": 1}', large[:10].encode(), b'{"b": 2}']
    assert [isinstance(element, Beginning) for element in found] == [False, True, False]
    assert text.peek() == b""


@pytest.mark.parametrize("large", TOO_LARGE.values(), ids=TOO_LARGE)
def test_element_beyond_the_limit_must_end(monkeypatch: pytest.MonkeyPatch, large: str) -> None:
    limited(monkeypatch, 1000)
    with pytest.raises(UnreadableFile, match="where the file ends"):
        list(JsonText(chunks(b"[" + large[:-1].encode(), 50)).elements())
