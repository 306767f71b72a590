"""Which source a file is from: the first segment of its key, `<source>-data/` or another for it."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from data_pipeline.sources.source import Source


class UnknownSource(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """No source has this prefix; the message lists those that are known."""


# Modules beside this one, each with a `SOURCE`. A file is of one source, and those of the others
# would be half of a cold start.
_MODULES: Final[Mapping[str, str]] = {
    "crm-data": "crm",
    "salesforce-data": "salesforce",
    "hubspot-data": "hubspot",
    "erp-data": "erp",
    "sap-data": "sap",
    "shopify-data": "shopify",
    "shop-data": "shopify",
    "stripe-data": "stripe",
    "billing-data": "stripe",
}


def source_of(key: str) -> Source:
    """The source of an object by its key.

    Raises:
        UnknownSource: the key's first segment names none.
    """
    prefix, slash, _ = key.partition("/")
    module = _MODULES.get(prefix) if slash else None
    if module is None:
        known = ", ".join(f"{prefix}/" for prefix in _MODULES)
        raise UnknownSource(f"{key!r} is under no known source: upload to one of {known}")
    source: Source = import_module(f"data_pipeline.sources.{module}").SOURCE
    return source


def source_name(key: str) -> str:
    """What the ledger calls the source of an object, also of one that is under no known source."""
    try:
        return source_of(key).name
    except UnknownSource:
        return key.partition("-data/")[0]
