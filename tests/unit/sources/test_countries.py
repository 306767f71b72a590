from typing import get_args

import pytest

from data_pipeline.canonical.codes import CountryCode
from data_pipeline.sources import countries


def test_every_country_has_a_name() -> None:
    assert set(countries._NAMES) == set(get_args(CountryCode))


def test_no_name_stands_for_two_countries() -> None:
    for code, written in countries._NAMES.items():
        assert {countries.country(name) for name in written.split("|")} == {code}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Germany", "DE"),
        ("  the netherlands ", "NL"),
        ("COTE D'IVOIRE", "CI"),
        ("Trinidad & Tobago", "TT"),
        ("U.S.", "US"),
        ("Türkiye", "TR"),
        ("gb", "GB"),
        ("Congo (DRC)", "CD"),
        ("Atlantis", None),
        ("", None),
        (None, None),
        ("中国", None),
    ],
)
def test_country_is_found_however_it_is_written(written: str | None, code: str | None) -> None:
    assert countries.country(written) == code


def test_first_text_that_names_a_country_counts() -> None:
    assert countries.country(None, "??", "fr", "Germany") == "FR"
