import pytest

from data_pipeline.sources.registry import UnknownSource, source_of


@pytest.mark.parametrize(
    ("key", "name"), [("crm-data/a.json", "crm"), ("erp-data/2026/11/b.ndjson.gz", "erp")]
)
def test_source_is_found_by_the_first_segment(key: str, name: str) -> None:
    assert source_of(key).name == name


@pytest.mark.parametrize(
    "key", ["crm-data", "crm/a.json", "x/crm-data/a.json", "a.json", "/crm-data/a"]
)
def test_unknown_prefix_says_which_are_known(key: str) -> None:
    with pytest.raises(UnknownSource, match="upload to one of crm-data/, "):
        source_of(key)
