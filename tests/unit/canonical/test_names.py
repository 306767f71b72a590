import pytest

from data_pipeline.canonical.names import name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme Tools", "acme tools"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("SOCIÉTÉ GÉNÉRALE S.A.", "societe generale"),
        ("Żółw Sp. z o.o.", "zołw"),
        ("A.B.C. Trading", "abc trading"),
        ("  North-West   Limited ", "north west"),
        ("O'Brien, Inc", "o brien"),
        ("Limited Editions", "limited editions"),
        ("Straße 7", "straße 7"),
    ],
)
def test_names_of_one_company_have_one_key(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize("name", ["Co", "Limited", "as"])
def test_name_that_is_a_legal_form_alone_is_kept(name: str) -> None:
    assert name_key(name) == name.lower()


@pytest.mark.parametrize("name", ["...", " & Co.", "", "–"])
def test_name_without_words_has_no_key(name: str) -> None:
    assert name_key(name) is None


@pytest.mark.parametrize("name", ["東京 株式会社", "Яндекс", "Acme 東京", "Cafe\u0301"])
def test_name_that_is_not_in_latin_letters_is_left_to_the_database(name: str) -> None:
    assert name_key(name) is None
