import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from data_pipeline.analytics import delimited
from data_pipeline.analytics.result import ResultColumn, encode_row, encode_rows

COLUMNS = [ResultColumn(name, "string") for name in ("a", "b", "c", "d", "e")]
NOON_IN_BERLIN = datetime(2026, 1, 15, 12, tzinfo=timezone(timedelta(hours=1)))


def test_money_keeps_every_digit() -> None:
    row = encode_row(COLUMNS[:1], (Decimal("12345678901234567890.10"),))
    assert json.loads(row) == {"a": "12345678901234567890.10"}


def test_timestamps_are_utc() -> None:
    assert json.loads(encode_row(COLUMNS[:1], (NOON_IN_BERLIN,))) == {"a": "2026-01-15T11:00:00Z"}


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
    assert len(json.loads(encoded)) == count == 39
    assert len(encoded) < 4_000_000


def test_csv_quotes_what_must_be_quoted() -> None:
    text = delimited.encode([('say "hi", she said', "line\nbreak", "plain")])
    assert text == b'"say ""hi"", she said","line\nbreak",plain\r\n'


def test_csv_shows_values_as_json_does() -> None:
    row = (None, True, Decimal("1.50"), datetime(2026, 1, 2, tzinfo=UTC), ["a", {"b": 1}])
    assert delimited.encode([row]) == (b',true,1.50,2026-01-02T00:00:00Z,"[""a"",{""b"":1}]"\r\n')
