"""The words that exports are made of."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

_FILE: Final = Path(__file__).resolve().parents[1] / "vocabulary.json"
_WORDS: Final[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))


class Place(NamedTuple):
    """Where a customer is. `phone` is its area's number, without the subscriber's."""

    country: str
    country_name: str
    currency: str
    city: str
    region: str
    postal: str
    phone: str
    legal: str


class Segment(NamedTuple):
    """How large a customer is: employees, quantities and the number of orders."""

    name: str
    weight: int
    employees: tuple[int, int]
    orders: int
    quantity: tuple[int, int]


NAME_FIRST: Final[list[str]] = _WORDS["name_first"]
NAME_SECOND: Final[list[str]] = _WORDS["name_second"]
FIRST_NAMES: Final[list[str]] = _WORDS["first_names"]
LAST_NAMES: Final[list[str]] = _WORDS["last_names"]
STREETS: Final[list[str]] = _WORDS["streets"]
INDUSTRIES: Final[list[str]] = _WORDS["industries"]
DEPARTMENTS: Final[list[str]] = _WORDS["departments"]
TITLES: Final[list[str]] = _WORDS["titles"]
OWNERS: Final[list[str]] = _WORDS["owners"]
LEAD_SOURCES: Final[list[str]] = _WORDS["lead_sources"]
TAGS: Final[list[str]] = _WORDS["tags"]
PLACES: Final = [Place(**place) for place in _WORDS["places"]]
PRODUCTS: Final[dict[str, list[str]]] = _WORDS["products"]
PRICE_RANGES: Final[dict[str, tuple[int, int]]] = _WORDS["price_ranges"]
PRODUCT_LINES: Final[list[str]] = _WORDS["product_lines"]

SEGMENTS: Final = [
    segment for segment in (Segment(**each) for each in _WORDS["segments"])
    for _ in range(segment.weight)
]  # fmt: skip
"""Each as often as its weight."""
