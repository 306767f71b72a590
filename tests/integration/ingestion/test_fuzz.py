"""Whatever is uploaded is loaded, quarantined or refused, and every record is counted once."""

import gzip
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.ingestion.conftest import Pipeline
from tests.unit.sources.json_values import KNOWN, SOURCES, VALUES, spoilt

# One database for all examples of a test: what one leaves behind, the next ones meet.
bounded = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EXTENSIONS = st.sampled_from(["json", "ndjson", "jsonl", "json.gz", "ndjson.gz", "txt"])

LEFT = """
    SELECT (SELECT count(*) FROM ingest.staged_customers)
        + (SELECT count(*) FROM ingest.staged_orders)
        + (SELECT count(*) FROM ingest.staged_relationships) AS staged,
        (SELECT count(*) FROM ingest.quarantine WHERE rule = 'unforeseen') AS unforeseen,
        (SELECT count(*) FROM ingest.quarantine WHERE file_id = %s) AS quarantined
"""


def check(pipeline: Pipeline, content: bytes, key: str) -> None:
    outcome = pipeline.load(content, key=key)
    file_id = pipeline.row("SELECT max(id) AS id FROM ingest.files")["id"]
    left = pipeline.row(LEFT, file_id)
    assert outcome.status in ("loaded", "failed")
    assert outcome.read == (
        outcome.inserted + outcome.updated + outcome.unchanged + outcome.stale + outcome.quarantined
    )
    assert (left["staged"], left["unforeseen"]) == (0, 0)
    assert left["quarantined"] == outcome.quarantined
    if outcome.status == "failed":
        assert (outcome.read, bool(outcome.error_rule)) == (0, True)


def written(values: list[Any], extension: str) -> bytes:
    """The values as a file of that kind: one to a line, or the first one alone."""
    texts = [msgspec.json.encode(value) for value in values]
    is_document = extension.removesuffix(".gz") == "json"
    content = texts[0] if is_document else b"\n".join(texts)
    return gzip.compress(content) if extension.endswith(".gz") else content


@bounded
@given(
    values=st.lists(VALUES, min_size=1, max_size=4),
    source=st.sampled_from(SOURCES),
    extension=EXTENSIONS,
)
def test_any_json_value_is_loaded_quarantined_or_refused(
    pipeline: Pipeline, values: list[Any], source: str, extension: str
) -> None:
    check(pipeline, written(values, extension), f"{source}-data/any.{extension}")


@bounded
@given(file=spoilt())
def test_example_of_which_something_is_replaced_is_loaded_quarantined_or_refused(
    pipeline: Pipeline, file: tuple[str, str, Any]
) -> None:
    source, name, content = file
    check(pipeline, msgspec.json.encode(content), f"{source}-data/{name}")


SYMBOLS = [b'"', b"{", b"]", b"\\", b"\0", b"\xff", b"\n"]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A key, and the bytes of a valid file with some of them changed."""
    source, name, value = draw(st.sampled_from(KNOWN))
    content = msgspec.json.encode(value)
    suffix = draw(st.sampled_from(["", ".gz"]))
    content = gzip.compress(content) if suffix else content
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 30))
        new = draw(st.binary(max_size=6) | st.sampled_from(SYMBOLS))
        content = content[:place] + new + content[place + length :]
    end = draw(st.none() | st.integers(0, len(content)))
    return f"{source}-data/{name}{suffix}", content[:end]


@bounded
@given(file=damaged())
def test_file_of_which_bytes_are_damaged_is_loaded_quarantined_or_refused(
    pipeline: Pipeline, file: tuple[str, bytes]
) -> None:
    key, content = file
    check(pipeline, content, key)
