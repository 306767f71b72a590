"""Customers as a CRM exports them: the same ones for the same numbers, on every machine."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FIRST: Final = (
    "Aurora", "Linden", "Nordic", "Harbor", "Summit", "Cedar", "Quantum", "Atlas", "Vertex",
    "Orchid", "Solar", "Granite", "Ember", "Falcon", "Pioneer", "Meridian", "Zenith", "Cobalt",
)  # fmt: skip
_SECOND: Final = (
    "Logistics", "Foods", "Systems", "Textiles", "Energy", "Pharma", "Motors", "Media",
    "Robotics", "Trading", "Steel", "Optics", "Travel", "Paper", "Glass",
)  # fmt: skip
_INDUSTRIES: Final = ("Construction", "Retail", "Food & Beverage", "Healthcare", "Manufacturing")
_PLACES: Final = (
    ("Manchester", "GB", "GBP"), ("Chicago", "US", "USD"), ("München", "DE", "EUR"),
    ("Lyon", "FR", "EUR"), ("Tromsø", "NO", "NOK"),
)  # fmt: skip


def lines(numbers: range, *, changed: float = 0.0) -> Iterator[str]:
    """A customer a line, as JSON.

    Args:
        numbers: of the customers.
        changed: the share of them that has another revenue, and a later time of change.
    """
    for number in numbers:
        yield _customer(number, is_changed=random.Random(-number - 1).random() < changed)


def write_lines(path: Path, numbers: range, *, changed: float = 0.0) -> None:
    """Writes customers as NDJSON."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(numbers, changed=changed))


def write_array(path: Path, numbers: range) -> None:
    """Writes customers as one JSON array."""
    with path.open("w", encoding="utf-8") as file:
        for before, line in zip(_separators(), lines(numbers), strict=False):
            file.write(before + line)
        file.write("\n]\n")


def _separators() -> Iterator[str]:
    yield "[\n"
    while True:
        yield ",\n"


def _customer(number: int, *, is_changed: bool) -> str:
    chance = random.Random(number).randrange
    name = f"{_FIRST[chance(len(_FIRST))]} {_SECOND[chance(len(_SECOND))]} {chance(10_000)}"
    city, country, currency = _PLACES[chance(len(_PLACES))]
    revenue = chance(10**8) + is_changed
    day = "2026-10-23" if is_changed else "2026-09-23"
    return (
        f'{{"id":"CRM-{number:07d}","type":"company","name":"{name}",'
        f'"email":"office@customer-{number}.example","phone":"+44 161 555 {chance(10_000):04d}",'
        f'"industry":"{_INDUSTRIES[chance(5)]}","status":"active",'
        f'"address":{{"city":"{city}","postal_code":"{chance(99_999):05d}",'
        f'"country":"{country}"}},"annual_revenue":{{"amount":"{revenue}.50",'
        f'"currency":"{currency}"}},"updated_at":"{day}T12:27:30Z","tags":["a","b"]}}'
    )
