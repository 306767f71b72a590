"""Which records an analysis looks at: of which entity, of which source system."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field


class Entity(StrEnum):
    """A kind of record, named as its table is."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    OPPORTUNITIES = "opportunities"
    ORDERS = "orders"
    ORDER_ITEMS = "order_items"
    INVOICES = "invoices"
    RELATIONSHIPS = "relationships"


def _check_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it has a control character")
    return text


SourceSystem = Annotated[
    Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,62}$")] | None,
    Field(
        default=None,
        description="Only records of this system; of all if not given.",
        examples=["crm", "shopify"],
    ),
]

SourceId = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_check_text)]
"""A record's id in its source system."""
