"""How Shopify writes ids and money."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

SYSTEM: Final = "shopify"

PRODUCT_PREFIX: Final = "product:"
"""Products and their variants have ids of their own that may be the same number."""


class Money(Struct, gc=False):
    """An amount in one currency."""

    amount: Decimal | None = None
    currency_code: str | None = None


class MoneyBag(Struct, gc=False):
    """The same amount in the shop's currency and in the customer's."""

    shop_money: Money | None = None


def product_id(number: int | str) -> str:
    """The id of a product among products and variants."""
    return f"{PRODUCT_PREFIX}{number}"
