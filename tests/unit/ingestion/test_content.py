import gzip
from collections.abc import Iterator

import pytest

from data_pipeline.ingestion.content import text_chunks
from data_pipeline.ingestion.unreadable import UnreadableFile


def chunks(content: bytes, size: int = 1000) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def read(content: bytes, *, gzipped: bool = False, size: int = 1000) -> bytes:
    return b"".join(text_chunks(chunks(content, size), gzipped=gzipped))


def refusal(content: bytes, *, gzipped: bool = False) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(content, gzipped=gzipped)
    return caught.value


def test_plain_text_passes() -> None:
    assert read("[“ä€😀”]".encode(), size=1) == "[“ä€😀”]".encode()


def test_byte_order_mark_is_dropped() -> None:
    assert read(b"\xef\xbb\xbf{}") == b"{}"


def test_gzip_is_unpacked_whatever_the_name_says() -> None:
    text = b'{"a": 1}\n' * 50_000
    assert read(gzip.compress(text), gzipped=True) == text
    assert read(gzip.compress(text), gzipped=False) == text


def test_all_members_of_a_gzip_file_are_read() -> None:
    assert read(gzip.compress(b"[1,") + gzip.compress(b"2]"), gzipped=True, size=5) == b"[1,2]"


def test_truncated_gzip_is_refused() -> None:
    assert "truncated" in str(refusal(gzip.compress(b"{}" * 100)[:-9], gzipped=True))


def test_broken_gzip_is_refused() -> None:
    packed = bytearray(gzip.compress(bytes(range(256)) * 40))
    packed[60] ^= 0xFF
    assert refusal(bytes(packed), gzipped=True).rule == "gzip"


def test_name_that_promises_gzip_must_keep_it() -> None:
    assert refusal(b"{}", gzipped=True).rule == "gzip"


def test_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refusal(gzip.compress(bytes(200 * 1024 * 1024), 9), gzipped=True).rule == "gzip_ratio"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[“a”]".encode("utf-16"), "UTF-16"),
        ("[“a”]".encode("utf-16-le"), "UTF-16"),
        ("[“a”]".encode("utf-16-be"), "UTF-16"),
        ("[“a”]".encode("utf-32"), "UTF-16"),
        ("[“a”]".encode("utf-32-be"), "UTF-16"),
        ('["ä"]'.encode("latin-1"), "byte 2"),
        (b"[" + b" " * 5000 + b"\xff]", "byte 5001"),
        ("ä".encode()[:1], "ends within"),
    ],
)  # fmt: skip
def test_other_encodings_are_refused_with_the_place(content: bytes, told: str) -> None:
    error = refusal(content)
    assert error.rule == "encoding"
    assert told in str(error)
