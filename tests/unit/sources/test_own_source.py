"""The worked example of docs/sources/README.md, as it is written there."""

import importlib.util
import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from data_pipeline.canonical.entities import Customer
from data_pipeline.sources.source import Rejected, Source
from local.setup_steps import ROOT

PAGE = (ROOT / "docs" / "sources" / "README.md").read_text(encoding="utf-8")
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(text)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    file = tmp_path / "wholesale.py"
    file.write_text(block("python"), encoding="utf-8")
    specification = importlib.util.spec_from_file_location("wholesale", file)
    assert specification
    assert specification.loader
    module: ModuleType = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    found: Source = module.SOURCE
    return found


@pytest.fixture
def accounts() -> list[msgspec.Raw]:
    document = msgspec.json.decode(block("json").encode(), type=dict[str, list[msgspec.Raw]])
    return document["accounts"]


def test_account_of_the_example_becomes_a_customer_with_the_rest_in_attributes(
    source: Source, accounts: list[msgspec.Raw]
) -> None:
    (customer,) = source.outcomes(bytes(accounts[0]), collection="accounts", as_of=AS_OF)

    assert isinstance(customer, Customer)
    assert (customer.source_id, customer.name) == ("4711", "Nordwind Handels GmbH")
    assert customer.source_updated_at == datetime(2026, 5, 6, 5, 8, 9, tzinfo=UTC)
    assert msgspec.json.decode(customer.attributes) == {"tier": "gold"}


def test_account_without_a_title_is_rejected_at_the_place_the_page_names(
    source: Source, accounts: list[msgspec.Raw]
) -> None:
    (rejected,) = source.outcomes(bytes(accounts[1]), collection="accounts", as_of=AS_OF)

    assert isinstance(rejected, Rejected)
    assert rejected.path == "accounts[].title"
