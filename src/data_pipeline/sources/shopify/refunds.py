"""What was given back of an order.

https://shopify.dev/docs/api/admin-rest/latest/resources/refund. Its lines say what came back and
what that was worth; its transactions say what was paid, and only that is money.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec import Struct

from data_pipeline.sources import fields
from data_pipeline.sources.shopify.values import MoneyBag

_KIND: Final = "refund"
_SUCCESS: Final = "success"


class Transaction(Struct, gc=False):
    """A movement of money. `amount` is in its own currency: the shop's or the customer's."""

    kind: str | None = None
    status: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    amount_set: MoneyBag | None = None


class Refund(Struct, gc=False):
    """One of an order's refunds."""

    transactions: list[Transaction] = []


def refunded(refunds: Iterable[Refund], currency: str) -> Decimal | None:
    """The sum that was paid back in the shop's currency.

    None if one of the payments was in another currency and nothing says what it was in this.

    Raises:
        InvalidRecord: an amount is no amount.
    """
    total = Decimal(0)
    for transaction in (each for refund in refunds for each in refund.transactions):
        if transaction.kind != _KIND or transaction.status != _SUCCESS:
            continue
        paid = _in_currency(transaction, currency)
        if paid is None:
            return None
        total += paid
    return total


def _in_currency(transaction: Transaction, currency: str) -> Decimal | None:
    bag = transaction.amount_set
    if bag and bag.shop_money and bag.shop_money.currency_code == currency:
        return fields.amount("refunds.transactions.amount_set", bag.shop_money.amount)
    if transaction.currency in (None, currency):
        return fields.amount("refunds.transactions.amount", transaction.amount)
    return None
