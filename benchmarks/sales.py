"""A data set for measuring analytics: customers of seven systems and three years of their orders.

Made by the server itself, the same for the same sizes and the same last day. In
`benchmarks/sql/`, one file for each entity.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import psycopg
from psycopg import ClientCursor

from local.setup_steps import ROOT

_SQL: Final = Path(__file__).with_name("sql")
_VOCABULARY: Final = ROOT / "seed-data" / "vocabulary.json"
_STEPS: Final = (
    "drawing",
    "files",
    "customers",
    "products",
    "drawn_orders",
    "order_items",
    "orders",
    "invoices",
    "opportunities",
    "contacts",
    "relationships",
    "history",
    "quarantine",
    "ledger",
    "finish",
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many customers and orders; there are two and a half lines for each order."""

    customers: int = 100_000
    orders: int = 1_000_000


def fill(owner_conninfo: str, size: Size, *, last_day: date, say: Callable[[str], None]) -> None:
    """Fills a database that was just migrated.

    Args:
        owner_conninfo: of the database's owner.
        size: how much of it.
        last_day: of the newest orders.
        say: is told of each step.
    """
    values = {
        "customers": size.customers,
        "orders": size.orders,
        "last_day": last_day,
        "words": _VOCABULARY.read_text(encoding="utf-8"),
    }
    with psycopg.connect(owner_conninfo, options="-c TimeZone=UTC") as connection:
        for step in _STEPS:
            began = time.monotonic()
            text = (_SQL / f"{step}.sql").read_text(encoding="utf-8")
            ClientCursor(connection).execute(text.encode(), values)
            say(f"{step} {time.monotonic() - began:.1f} s")
    with psycopg.connect(owner_conninfo, autocommit=True) as connection:
        # what autovacuum does after such a change, also for index-only scans
        connection.execute("VACUUM (ANALYZE)")
