"""Files and lines that no system should export, and the rule that each breaks."""

import gzip
import random

MEBIBYTE = 1024**2
DEEP = 100_000


def array(*records: str) -> bytes:
    return f"[{', '.join(records)}]".encode()


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def with_x(value: str) -> str:
    return f'{{"id": 1, "name": "A", "x": {value}}}'


def between_good_ones(good: str) -> bytes:
    """All of `LINES`, and after each the good record, in which `%d` becomes its number."""
    content = b""
    for number, (line, _) in enumerate(LINES.values()):
        text = line if isinstance(line, bytes) else line.encode()
        content += text + b"\n" + (good % number).encode() + b"\n"
    return content


def long_line() -> bytes:
    """A line of 200 MB."""
    filler = random.Random(1).randbytes(10_000).hex().encode() + b"x" * 980_000
    return b'{"id": 2, "name": "' + filler * 200 + b'"}'


def bomb(content: bytes, gibibytes: int) -> bytes:
    """A gzip file of many members, which costs nothing to make."""
    member = gzip.compress(content * (10 * MEBIBYTE // len(content)), 9)
    return member * (gibibytes * 1024 // 10)


GOOD = '{"id": 1, "name": "A"}'
UTF_16 = array(GOOD).decode().encode

REFUSED = {
    "empty": ("a.json", b"", "empty"),
    "empty lines": ("a.json", b" \r\n\t ", "empty"),
    "empty gzip": ("a.json.gz", gzip.compress(b""), "empty"),
    "nothing, named gzip": ("a.json.gz", b"", "empty"),
    "empty object": ("a.json", b"{}", "envelope"),
    "broken at the first byte": ("a.json", b"}" + array(GOOD), "json"),
    "broken in the middle": ("a.json", array(GOOD, '{"id": 2, "name" "B"}', GOOD), "json"),
    "broken between records": ("a.json", array(GOOD, "}", GOOD), "json"),
    "broken at the end": ("a.json", array(GOOD)[:-1], "json"),
    "more at the end": ("a.json", array(GOOD) + b"x", "json"),
    "half a string": ("a.json", b'[{"id": 1, "name": "A', "json"),
    "no container": ("a.json", b"17", "json"),
    "truncated gzip": ("a.ndjson.gz", gzip.compress(array(GOOD))[:-5], "gzip"),
    "gzip without its end": ("a.ndjson.gz", gzip.compress(array(GOOD))[:15], "gzip"),
    "rubbish behind gzip": ("a.ndjson.gz", gzip.compress(array(GOOD)) + b"rubbish", "gzip"),
    "ten gigabytes of zeros": ("a.ndjson.gz", bomb(b"\0", 10), "gzip_ratio"),
    "ten gigabytes of spaces": ("a.json.gz", bomb(b" ", 10), "gzip_ratio"),
    "lines of nothing": ("a.ndjson", b"{}\n" * 100_001, "mostly_bad"),
    "deep arrays": ("a.json", (nested(DEEP) + "]").encode(), "json"),
    "NaN": ("a.json", array('{"id": 1, "name": "A", "x": NaN}'), "json"),
    "Infinity": ("a.json", array('{"id": 1, "name": "A", "x": -Infinity}'), "json"),
    "UTF-16": ("a.json", UTF_16("utf-16"), "encoding"),
    "UTF-16 without a mark": ("a.json", UTF_16("utf-16-le"), "encoding"),
    "UTF-32": ("a.json", UTF_16("utf-32-be"), "encoding"),
    "Latin-1": ("a.json", '[{"id": 1, "name": "Zoë"}]'.encode("latin-1"), "encoding"),
    "surrogates in UTF-8": ("a.json", b'[{"id": 1, "name": "\xed\xa0\x80"}]', "encoding"),
    "NUL between records": ("a.json", array(GOOD) + b"\0", "json"),
    "unknown list": ("a.json", b'{"costumers": [%s]}' % GOOD.encode(), "envelope"),
    "unknown extension": ("a.csv", b"id,name\n1,A\n", "extension"),
    "no extension": ("a", array(GOOD), "extension"),
    "a page of an API in HTML": ("a.json", b"<!DOCTYPE html><p>Sign in</p>", "json"),
}  # fmt: skip

# What each line becomes: the rule that it breaks, or None if it is loaded.
LINES: dict[str, tuple[str | bytes, str | None]] = {
    "no JSON": ("{", "json"),
    "a scalar": ("17", "type"),
    "a list": ("[1]", "type"),
    "null": ("null", "type"),
    "nothing in it": ("{}", "required"),
    "no name": ('{"id": 1}', "required"),
    "deep list": (nested(DEEP), "type"),
    "deep field": (with_x(nested(DEEP)), "nesting"),
    "deep name": (f'{{"id": 1, "name": {nested(9_000)}}}', "type"),
    "quite deep field": (with_x(nested(5_000)), None),
    "NaN": ('{"id": 1, "name": "A", "x": NaN}', "json"),
    "Infinity": ('{"id": 1, "name": "A", "x": Infinity}', "json"),
    "number beyond any": ('{"id": 1, "name": "A", "x": 1e999999}', "database"),
    "count beyond 64 bits": ('{"id": 1, "name": "A", "employees": 18446744073709551616}', "range"),
    "amount beyond any": (
        '{"id": 1, "name": "A", "annual_revenue": {"amount": 1e400, "currency": "EUR"}}', "range"
    ),
    "not a number": (
        '{"id": 1, "name": "A", "annual_revenue": {"amount": "NaN", "currency": "EUR"}}', "decimal"
    ),
    "number of 100,000 digits": (with_x("9" * DEEP), None),
    "id of 5,000 digits": (f'{{"id": {"9" * 5_000}, "name": "A"}}', "range"),
    "NUL, written": (r'{"id": 1, "name": "A\u0000"}', "nul_character"),
    "NUL, written, as a name": (r'{"id": 1, "name": "A", "\u0000": 1}', "nul_character"),
    "NUL, as it is": (b'{"id": 1, "name": "A\0"}', "json"),
    "half a surrogate pair": (r'{"id": 1, "name": "A\ud800"}', "surrogate"),
    "half a surrogate pair as a name": (r'{"id": 1, "name": "A", "\udc00": 1}', "surrogate"),
    "the far future": ('{"id": 1, "name": "A", "updated_at": "2999-01-01T00:00:00Z"}', "future"),
    "no such day": ('{"id": 1, "name": "A", "updated_at": "2026-02-30T00:00:00Z"}', "date"),
    "no such year": ('{"id": 1, "name": "A", "created_at": "0001-01-01T00:00:00+14:00"}', "range"),
}  # fmt: skip
