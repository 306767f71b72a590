"""Which source a file is from: the first segment of its key, `<source>-data/` or another for it."""

from collections.abc import Mapping
from typing import Final

from data_pipeline.sources import crm, erp, hubspot, salesforce, sap, shopify, stripe
from data_pipeline.sources.source import Source


class UnknownSource(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """No source has this prefix; the message lists those that are known."""


_SOURCES: Final[Mapping[str, Source]] = {
    f"{source.name}-data": source
    for source in (
        crm.SOURCE,
        salesforce.SOURCE,
        hubspot.SOURCE,
        erp.SOURCE,
        sap.SOURCE,
        shopify.SOURCE,
        stripe.SOURCE,
    )
} | {
    "shop-data": shopify.SOURCE,
    "billing-data": stripe.SOURCE,
}


def source_of(key: str) -> Source:
    """The source of an object by its key.

    Raises:
        UnknownSource: the key's first segment names none.
    """
    prefix, slash, _ = key.partition("/")
    source = _SOURCES.get(prefix) if slash else None
    if source is None:
        known = ", ".join(f"{prefix}/" for prefix in _SOURCES)
        raise UnknownSource(f"{key!r} is under no known source: upload to one of {known}")
    return source


def source_name(key: str) -> str:
    """What the ledger calls the source of an object, also of one that is under no known source."""
    try:
        return source_of(key).name
    except UnknownSource:
        return key.partition("-data/")[0]
