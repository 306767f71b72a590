"""Amounts in the smallest coin of their currency: exact, and faster than decimals."""

from typing import Final

# How much of the currency is one euro, in thousandths.
_RATES: Final = {
    "EUR": 1_000, "USD": 1_100, "GBP": 850, "CHF": 950, "JPY": 160_000, "SEK": 11_200
}  # fmt: skip
_WITHOUT_COINS: Final = frozenset({"JPY"})


def converted(euro_cents: int, currency: str) -> int:
    """That many cents of euros in another currency."""
    coins = euro_cents * _RATES[currency] // 1_000
    return coins // 100 if currency in _WITHOUT_COINS else coins


def written(coins: int, currency: str) -> str:
    """The amount in whole units, with as many decimal places as its currency has."""
    if currency in _WITHOUT_COINS:
        return str(coins)
    sign = "-" if coins < 0 else ""
    return f"{sign}{abs(coins) // 100}.{abs(coins) % 100:02d}"


def number(coins: int, currency: str) -> float:
    """The amount in whole units, for sources that write amounts as numbers."""
    return float(coins) if currency in _WITHOUT_COINS else coins / 100
