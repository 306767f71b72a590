from datetime import UTC, datetime

import pytest

from data_pipeline.canonical.calling_codes import CALLING_CODES
from data_pipeline.canonical.entities import Customer
from data_pipeline.canonical.phones import phone_key


@pytest.mark.parametrize(
    ("phone", "country", "key"),
    [
        ("+49 89 5550 1234", None, "+498955501234"),
        ("+49 (0) 89 5550-1234", "DE", "+498955501234"),
        ("0049 (0)89 / 5550.1234", "DE", "+498955501234"),
        ("089/5550 1234", "DE", "+498955501234"),
        ("+49 89 5550\u00a01234", "DE", "+498955501234"),
        ("+49 89 5550\u20111234", "DE", "+498955501234"),
        ("0049 89 55501234", "FR", "+498955501234"),
        ("(312) 555-1234", "US", "+13125551234"),
        ("1-312-555-1234", "US", "+13125551234"),
        ("312.555.1234", "CA", "+13125551234"),
        ("011 49 89 55501234", "US", "+498955501234"),
        ("02 1234567", "IT", "+39021234567"),
        ("04 55 50 12 34", "FR", "+33455501234"),
        ("8 (495) 555-12-34", "RU", "+74955551234"),
        ("06 1 555 1234", "HU", "+3615551234"),
        ("06-5550-1234", "JP", "+81655501234"),
    ],
)
def test_numbers_of_one_line_have_one_key(phone: str, country: str | None, key: str) -> None:
    assert phone_key(phone, country) == key


def test_number_of_no_known_country_is_its_digits() -> None:
    assert phone_key("555 12 34", None) == "5551234"
    assert phone_key("555 123", None) is None


@pytest.mark.parametrize(
    "phone", ["+1 312 555 1234 ext. 12", "+13125551234x12", "(312) 555-1234 X 12", "13125551234#12"]
)
def test_extension_is_a_part_of_the_key(phone: str) -> None:
    assert phone_key(phone, "US") == "+13125551234x12"


@pytest.mark.parametrize(
    "phone", ["", "n/a", "none", "-", "1", "call reception", "1-800-FLOWERS", "+0 12345678",
              "+٤٩٨٩٥٥٥٠١٢٣٤", "+49 89 1234 5678 9012 3456", "anna@acme.example", "+"]
)  # fmt: skip
def test_what_is_no_number_has_no_key(phone: str) -> None:
    assert phone_key(phone, "US") is None


def test_absent_number_has_no_key() -> None:
    assert phone_key(None, "US") is None


def test_customer_has_the_key_of_its_number() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    customer = Customer(source_id="1", source_updated_at=at, phone="089 5550123", country="DE")
    assert customer.phone_key == "+49895550123"


def test_every_country_has_one_calling_code() -> None:
    assert len(CALLING_CODES) > 230
    assert all(code.isdecimal() and 1 <= len(code) <= 3 for code in CALLING_CODES.values())
