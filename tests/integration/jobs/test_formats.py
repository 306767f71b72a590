"""Every format of a stored result, read back by a reader that knows nothing of the writer."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import psycopg
import pytest

from data_pipeline.jobs import run, runner
from data_pipeline.jobs.job import Job
from data_pipeline.jobs.runner import InvalidQuery
from data_pipeline.jobs.store import JobStore
from local.state import Environment
from tests.integration import sales
from tests.integration.jobs.conftest import make_job

pytestmark = pytest.mark.usefixtures("job_runner")

# Each row has its number, so that readers' rows can be compared with psql's.
VALUES = """
SELECT n,
    CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Žižkov "3", 東京 😀' ELSE E'a\nb\\c' END
        AS words,
    CASE WHEN n % 3 > 0 THEN (n * 1000003::bigint)::numeric / 7 END AS exact,
    (n * 1.005)::numeric(12, 2) AS money,
    n / 8.0::float8 AS inexact,
    CASE WHEN n % 5 > 0 THEN n % 2 = 0 END AS truth,
    date '2026-02-27' + (n % 5)::int AS day,
    CASE WHEN n % 7 > 0 THEN timestamptz '2026-03-29 00:59:59.5+01' + n * interval '0.25 s' END
        AS moment,
    timestamp '2026-01-01 00:00:00' + n * interval '1 day' AS local_time,
    CASE WHEN n % 6 > 0
        THEN jsonb_build_object('n', n, 'deep', jsonb_build_array(1.50, NULL, 'é"'))
    END AS document,
    CASE WHEN n % 6 > 0 THEN ARRAY['x', NULL, 'y,' || n] END AS list,
    CASE WHEN n % 2 > 0 THEN ARRAY[n, NULL]::bigint[] ELSE ARRAY[]::bigint[] END AS numbers
FROM generate_series(1, 6007) AS n
"""


@pytest.fixture
def job(store: JobStore, database_url: sales.Conninfos) -> Job:
    sales.load(database_url.owner)
    job = make_job()
    store.add(job)
    return job


@pytest.fixture
def stored(
    environment: Environment,
    job: Job,
    results_bucket: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., bytes]:
    """Runs a query as a job and gives the file, however small it is."""
    monkeypatch.setattr(run, "MOST_INLINE_BYTES", 0)

    def stored(query: str, wanted: str) -> bytes:
        outcome = _run(job, query, wanted)
        assert outcome["kind"] == "stored"
        key = outcome["resultKey"]
        body: bytes = (
            environment.client("s3").get_object(Bucket=results_bucket, Key=key)["Body"].read()
        )
        assert len(body) == outcome["bytes"]
        return body

    return stored


@pytest.fixture
def expected(database_url: sales.Conninfos) -> list[dict[str, Any]]:
    """The same rows, as psycopg has them."""
    with psycopg.connect(
        database_url.reader, options="-c TimeZone=UTC", row_factory=psycopg.rows.dict_row
    ) as connection:
        return list(connection.execute(VALUES))


def _run(job: Job, query: str, wanted: str) -> Any:
    event = {
        "jobId": job.job_id,
        "operation": "custom_complex_query",
        "parameters": {"query": query},
        "format": wanted,
    }
    return runner.handle(event, None)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_lines_of_json_hold_psqls_values(
    stored: Callable[..., bytes], expected: list[dict[str, Any]]
) -> None:
    lines = gzip.decompress(stored(VALUES, "json")).decode().splitlines()
    assert len(lines) == len(expected)
    for line, row in zip(lines, expected, strict=True):
        found = json.loads(line)
        assert found["money"] == str(row["money"])
        found["exact"] = Decimal(found["exact"]) if found["exact"] else None
        found["money"] = Decimal(found["money"])
        found["day"] = date.fromisoformat(found["day"])
        found["moment"] = _moment(found["moment"])
        found["local_time"] = _moment(found["local_time"])
        assert found == row


def test_csv_holds_psqls_values(
    stored: Callable[..., bytes], expected: list[dict[str, Any]]
) -> None:
    text = gzip.decompress(stored(VALUES, "csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(expected)
    for found, row in zip(rows, expected, strict=True):
        assert found["n"] == str(row["n"])
        assert found["words"] == (row["words"] or "")
        assert found["exact"] == ("" if row["exact"] is None else str(row["exact"]))
        assert found["money"] == str(row["money"])
        assert float(found["inexact"]) == row["inexact"]
        assert found["truth"] == {None: "", True: "true", False: "false"}[row["truth"]]
        assert found["day"] == row["day"].isoformat()
        assert _moment(found["moment"]) == row["moment"]
        assert _moment(found["local_time"]) == row["local_time"]
        for name in ("document", "list", "numbers"):
            assert (json.loads(found[name]) if found[name] else None) == row[name]


def test_parquet_holds_psqls_values_in_typed_columns(
    stored: Callable[..., bytes], expected: list[dict[str, Any]]
) -> None:
    frame = pl.read_parquet(io.BytesIO(stored(VALUES, "parquet")))
    assert dict(frame.schema) == {
        "n": pl.Int64,
        "words": pl.String,
        "exact": pl.Decimal(38, 18),
        "money": pl.Decimal(12, 2),
        "inexact": pl.Float64,
        "truth": pl.Boolean,
        "day": pl.Date,
        "moment": pl.Datetime("us", "UTC"),
        "local_time": pl.Datetime("us"),
        "document": pl.String,
        "list": pl.List(pl.String),
        "numbers": pl.List(pl.Int64),
    }
    rows = frame.to_dicts()
    assert len(rows) == len(expected)
    for found, row in zip(rows, expected, strict=True):
        found["document"] = json.loads(found["document"]) if found["document"] else None
        row["exact"] = None if row["exact"] is None else round(row["exact"], 18)
        assert found == row


@pytest.mark.parametrize("wanted", ["json", "csv", "parquet"])
def test_empty_result_is_a_valid_file(stored: Callable[..., bytes], wanted: str) -> None:
    body = stored("SELECT 1 AS one, 'x' AS two WHERE false", wanted)
    if wanted == "json":
        assert gzip.decompress(body) == b""
    elif wanted == "csv":
        assert gzip.decompress(body) == b"one,two\r\n"
    else:
        frame = pl.read_parquet(io.BytesIO(body))
        assert (frame.height, frame.columns) == (0, ["one", "two"])


def test_names_of_columns_are_kept_whatever_they_are(stored: Callable[..., bytes]) -> None:
    query = """SELECT 1 AS "a ""b"" \\ c", 2 AS "{x}", 3 AS "%s, é" """
    names = ['a "b" \\ c', "{x}", "%s, é"]
    assert list(json.loads(gzip.decompress(stored(query, "json")))) == names
    lines = gzip.decompress(stored(query, "csv")).decode().splitlines()
    assert next(csv.reader(lines)) == names
    assert pl.read_parquet(io.BytesIO(stored(query, "parquet"))).columns == names


def test_formulas_reach_spreadsheets_as_texts(stored: Callable[..., bytes]) -> None:
    query = "SELECT * FROM (VALUES ('=1+1', -1, '-'), ('plain', -2, NULL)) AS v (a, b, c)"
    text = gzip.decompress(stored(query, "csv")).decode()
    assert text == "a,b,c\r\n'=1+1,-1,'-\r\nplain,-2,\r\n"


def test_rows_of_one_empty_cell_are_rows(stored: Callable[..., bytes]) -> None:
    query = "SELECT * FROM (VALUES (''), (NULL), ('x')) AS v (a)"
    assert gzip.decompress(stored(query, "csv")) == b'a\r\n""\r\n""\r\nx\r\n'


def test_numbers_that_json_does_not_know_are_null(stored: Callable[..., bytes]) -> None:
    query = "SELECT * FROM (VALUES ('NaN'::float8), ('-Infinity'), (1e20)) AS v (a)"
    lines = gzip.decompress(stored(query, "json")).splitlines()
    assert [json.loads(line)["a"] for line in lines] == [None, None, 1e20]


@pytest.mark.parametrize(
    ("wanted", "expression", "said"),
    [
        ("json", "date 'infinity'", "outside the years 1 to 9999"),
        ("csv", "timestamptz '0044-03-15 BC'", "outside the years 1 to 9999"),
        ("json", "timestamp '12026-01-01'", "outside the years 1 to 9999"),
        ("parquet", "date 'infinity'", "no date of the years 1 to 9999"),
        ("parquet", "1e30::numeric", "no decimal with at most 20 digits before the point"),
        ("parquet", "'NaN'::numeric", "no decimal with at most 20 digits before the point"),
        ("parquet", "ARRAY[ARRAY[1, 2]]", "has arrays of arrays"),
    ],
)
def test_value_that_a_format_has_not_is_the_users_to_cast(
    job: Job, wanted: str, expression: str, said: str
) -> None:
    with pytest.raises(InvalidQuery) as raised:
        _run(job, f"SELECT {expression} AS strange FROM generate_series(1, 3)", wanted)
    detail = json.loads(str(raised.value))["detail"]
    assert said in detail
    assert "Cast it to text." in detail
