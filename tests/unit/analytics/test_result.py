import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest

from data_pipeline.analytics import delimited
from data_pipeline.analytics.result import (
    MOST_BYTES_OF_ROWS,
    Result,
    ResultColumn,
    encode_row,
    encode_rows,
)

COLUMNS = [ResultColumn(name, "string") for name in ("a", "b", "c", "d", "e")]
NOON_IN_BERLIN = datetime(2026, 1, 15, 12, tzinfo=timezone(timedelta(hours=1)))


def test_money_keeps_every_digit() -> None:
    row = encode_row(COLUMNS[:1], (Decimal("12345678901234567890.10"),))
    assert json.loads(row) == {"a": "12345678901234567890.10"}


def test_timestamps_are_utc() -> None:
    columns = [ResultColumn("a", "timestamp")]
    assert json.loads(encode_row(columns, (NOON_IN_BERLIN,))) == {"a": "2026-01-15T11:00:00Z"}
    assert json.loads(encode_row(columns, (None,))) == {"a": None}


def test_values_of_every_kind_become_json() -> None:
    row = (None, True, date(2026, 1, 2), ["x", Decimal("1.0")], {"k": None})
    assert json.loads(encode_row(COLUMNS, row)) == {
        "a": None,
        "b": True,
        "c": "2026-01-02",
        "d": ["x", "1.0"],
        "e": {"k": None},
    }


def test_rows_that_do_not_fit_an_answer_are_left_out() -> None:
    rows = [("x" * 100_000,)] * 60
    encoded, count = encode_rows(COLUMNS[:1], rows)
    assert len(json.loads(encoded)) == count == 49


def test_rows_of_quotes_are_counted_as_they_are_sent() -> None:
    rows = [('"' * 50_000,)] * 60
    encoded, count = encode_rows(COLUMNS[:1], rows)
    assert count == 24
    assert len(json.dumps(encoded.decode())) < MOST_BYTES_OF_ROWS + 100


def test_csv_quotes_what_must_be_quoted() -> None:
    text = delimited.encode([('say "hi", she said', "line\nbreak", "plain")])
    assert text == b'"say ""hi"", she said","line\nbreak",plain\r\n'


def test_csv_shows_values_as_json_does() -> None:
    row = (None, True, Decimal("1.50"), datetime(2026, 1, 2, tzinfo=UTC), ["a", {"b": 1}])
    assert delimited.encode([row]) == (b',true,1.50,2026-01-02T00:00:00Z,"[""a"",{""b"":1}]"\r\n')


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1234", "-2", "@SUM(A1)", "\tx", "＝1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    (row,) = csv.reader(io.StringIO(delimited.encode([(text, "a=b")]).decode(), newline=""))
    assert row == [f"'{text}", "a=b"]


def test_negative_numbers_stay_numbers() -> None:
    columns = [ResultColumn("exact", "decimal"), ResultColumn("whole", "integer")]
    encoded, count = encode_rows(columns, [(Decimal("-1.50"), -2)])
    text = delimited.to_csv(_result(columns, encoded, count))
    assert text == "exact,whole\r\n-1.50,-2\r\n"
    assert delimited.encode([(Decimal("-1.50"), -2, -0.5)]) == b"-1.50,-2,-0.5\r\n"


def test_csv_that_does_not_fit_an_answer_loses_rows_and_says_so() -> None:
    columns = [ResultColumn("detail", "json")]
    encoded, count = encode_rows(columns, [({str(n): "" for n in range(9000)},)] * 55)
    text, is_cut = delimited.fitting_csv(_result(columns, encoded, count))
    assert is_cut
    assert len(json.dumps(text)) <= MOST_BYTES_OF_ROWS + 2
    assert 1 < len(list(csv.reader(io.StringIO(text)))) - 1 < count


def _result(columns: list[ResultColumn], rows: bytes, count: int) -> Result:
    return Result(
        columns=columns,
        rows=msgspec.Raw(rows),
        row_count=count,
        truncated=False,
        dataset_version=1,
        generated_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration_ms=1,
    )
