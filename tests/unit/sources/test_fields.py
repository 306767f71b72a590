from decimal import Decimal

import pytest

from data_pipeline.sources import fields
from data_pipeline.sources.records import InvalidRecord


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Mu\u0308ller ", "M\u00fcller"), (" plain ", "plain"), ("\u3000", None), ("", None)],
)
def test_text_is_composed_and_trimmed(written: str, expected: str | None) -> None:
    assert fields.text(written) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.30000000000000004", "0.300000"),
        ("2.50", "2.50"),
        ("-66.66666666666667", "-66.666667"),
        ("1E-9", "0.000000"),
    ],
)
def test_computed_number_is_rounded_only_where_it_is_too_long(value: str, expected: str) -> None:
    assert str(fields.computed("x", Decimal(value))) == str(Decimal(expected))


@pytest.mark.parametrize("value", ["1E+400", "NaN", "-Infinity"])
def test_computed_number_that_is_out_of_range_is_refused(value: str) -> None:
    with pytest.raises(InvalidRecord):
        fields.computed("x", Decimal(value))


def test_amount_that_was_not_computed_is_exact_or_refused() -> None:
    with pytest.raises(InvalidRecord, match="at most six decimal places"):
        fields.amount("x", Decimal("0.30000000000000004"))
