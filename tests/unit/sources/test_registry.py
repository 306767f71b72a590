import pytest

from data_pipeline.sources.registry import UnknownSource, source_name, source_of


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("crm-data/a.json", "crm"),
        ("erp-data/2026/11/b.ndjson.gz", "erp"),
        ("salesforce-data/a.json", "salesforce"),
        ("hubspot-data/a.json", "hubspot"),
        ("sap-data/a.json", "sap"),
        ("shopify-data/a.json", "shopify"),
        ("shop-data/a.json", "shopify"),
        ("stripe-data/a.json", "stripe"),
        ("billing-data/a.json", "stripe"),
    ],
)
def test_source_is_found_by_the_first_segment(key: str, name: str) -> None:
    assert source_of(key).name == source_name(key) == name


def test_unknown_source_has_a_name_for_the_ledger() -> None:
    assert source_name("ftp-data/a.json") == "ftp"


@pytest.mark.parametrize(
    "key", ["crm-data", "crm/a.json", "x/crm-data/a.json", "a.json", "/crm-data/a"]
)
def test_unknown_prefix_says_which_are_known(key: str) -> None:
    with pytest.raises(UnknownSource, match="upload to one of crm-data/, "):
        source_of(key)
