import pytest

from pipeline_localstack.dynamodb.expiry import has_expired

NOW = 1_800_000_000.0
YEAR = 365 * 24 * 60 * 60


@pytest.mark.parametrize(
    ("attribute_type", "value", "expired"),
    [
        ("N", str(int(NOW) - 1), True),
        ("N", f"{NOW - 1}", True),
        ("N", str(int(NOW) - 4 * YEAR), True),
        ("N", str(int(NOW) + 1), False),
        ("N", str(int(NOW)), False),
        ("N", str(int(NOW) - 6 * YEAR), False),
        ("N", str(int(NOW * 1000)), False),
        ("N", "no number", False),
        ("S", str(int(NOW) - 1), False),
        ("NULL", True, False),
    ],
)
def test_only_a_number_of_seconds_in_the_last_five_years_has_expired(
    attribute_type: str, value: object, *, expired: bool
) -> None:
    assert has_expired(attribute_type, value, NOW) is expired
