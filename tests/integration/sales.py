"""A small set of customers and orders whose analyses were worked out by hand.

Acme is known to two systems by one e-mail address. Not counted are, with amounts that would be
noticed: a draft, a cancelled, a refunded and a deleted order, one of a customer nobody knows, one
in another currency, and one after 30 June 2026, the day the analyses look back from.

    industry       customer  orders in EUR                        sum      days since, between
    Manufacturing  Acme      100.00 (10 Jan), 300.00 (11 Mar)     400.00   111, 60
    Manufacturing  Bolt      100.00 (1 Feb), 50.50 (11 Feb)       150.50   139, 10
    Logistics      Cargo     80.00 (1 Mar)                        80.00    121
    (unknown)      Delta
"""

from typing import Protocol

import psycopg
from psycopg.types.json import Jsonb


class Conninfos(Protocol):
    """How the roles reach a migrated database."""

    @property
    def owner(self) -> str: ...
    @property
    def reader(self) -> str: ...


AS_OF = "2026-06-30"

_CUSTOMERS = [
    # system, id, name, e-mail, industry, segment, country, changed, deleted
    ("crm", "C1", "Acme", "buy@acme.test", "Manufacturing", "enterprise", "DE", "2026-05-02", None),
    ("erp", "E1", "ACME GMBH", "BUY@acme.test ", None, None, "DE", "2026-05-01", None),
    ("crm", "C2", "Bolt", "hi@bolt.test", "Manufacturing", "smb", "US", "2026-05-01", None),
    ("crm", "C3", "Cargo", None, "Logistics", "smb", "US", "2026-05-01", None),
    ("crm", "C4", "Delta", None, None, None, None, "2026-05-01", None),
    ("crm", "C5", "Ghost", None, "Manufacturing", "smb", "US", "2026-05-01", "2026-05-01"),
]
_ORDERS = [
    # system, id, customer, status, ordered at, currency, total, deleted
    ("crm", "O1", "C1", "completed", "2026-01-10T23:30:00Z", "EUR", "100.00", None),
    ("erp", "P1", "E1", "shipped", "2026-03-11T00:00:00Z", "EUR", "300.00", None),
    ("crm", "O2", "C2", "completed", "2026-02-01T12:00:00Z", "EUR", "100.00", None),
    ("crm", "O3", "C2", None, "2026-02-11T12:00:00Z", "EUR", "50.50", None),
    ("crm", "O4", "C2", "cancelled", "2026-02-12T12:00:00Z", "EUR", "9000.00", None),
    ("crm", "O5", "C3", "completed", "2026-02-20T12:00:00Z", "USD", "70.00", None),
    ("crm", "O6", "C3", "completed", "2026-03-01T12:00:00Z", "EUR", "80.00", None),
    ("crm", "O7", "C2", "draft", "2026-02-13T12:00:00Z", "EUR", "8000.00", None),
    ("crm", "O8", "C1", "refunded", "2026-02-13T12:00:00Z", "EUR", "7000.00", None),
    ("crm", "O9", "C99", "completed", "2026-02-01T12:00:00Z", "EUR", "6000.00", None),
    ("crm", "O10", "C1", "completed", "2026-02-01T12:00:00Z", "EUR", "5000.00", "2026-05-01"),
    ("crm", "O11", "C1", "completed", "2026-07-01T00:00:00Z", "EUR", "4000.00", None),
]

_INSERT_FILE = """
    INSERT INTO ingest.files (bucket, key, version_id, etag, source, status, finished_at,
                              records_read, records_inserted, size_bytes)
    VALUES ('raw', 'crm-data/sales.json', 'v1', gen_random_uuid()::text, 'crm', 'loaded', now(),
            18, 18, 4711)
    RETURNING id
"""
_INSERT_CUSTOMER = """
    INSERT INTO canonical.customers (source_system, source_id, name, email, industry, segment,
        country, source_updated_at, deleted_at, file_id, object_modified_at, object_version_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now(), 'v1')
"""
_INSERT_ORDER = """
    INSERT INTO canonical.orders (source_system, source_id, customer_source_id, status, ordered_at,
        currency, total, deleted_at, file_id, source_updated_at, object_modified_at,
        object_version_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '2026-05-01', now(), 'v1')
"""
_INSERT_MANY = """
    INSERT INTO canonical.customers (source_system, source_id, name, industry, attributes,
        source_updated_at, file_id, object_modified_at, object_version_id)
    SELECT 'bulk', 'B' || number, 'Customer ' || number, 'Industry ' || number %% 7, %s,
        '2026-05-01', %s, now(), 'v1'
    FROM generate_series(1, %s) AS number
"""


def load(owner_conninfo: str) -> None:
    """Loads the customers and orders, and raises the dataset version."""
    with psycopg.connect(owner_conninfo) as connection:
        file_id = _file(connection)
        cursor = connection.cursor()
        cursor.executemany(_INSERT_CUSTOMER, [(*customer, file_id) for customer in _CUSTOMERS])
        cursor.executemany(_INSERT_ORDER, [(*order, file_id) for order in _ORDERS])
        connection.execute("SELECT ingest.unify_customers()")
        connection.execute("SELECT ingest.count_rows_anew()")
        raise_version(connection)


def load_customers(owner_conninfo: str, count: int) -> None:
    """Loads so many customers without orders."""
    with psycopg.connect(owner_conninfo) as connection:
        connection.execute(_INSERT_MANY, (Jsonb({}), _file(connection), count))
        connection.execute("SELECT ingest.count_rows_anew()")
        raise_version(connection)


def change(owner_conninfo: str) -> None:
    """Changes the data: Bolt's second order grows by 1."""
    with psycopg.connect(owner_conninfo) as connection:
        connection.execute("UPDATE canonical.orders SET total = total + 1 WHERE source_id = 'O3'")
        raise_version(connection)


def raise_version(connection: psycopg.Connection) -> None:
    """Says that the data changed, as each load does that changes something."""
    connection.execute(
        "UPDATE ingest.dataset_version SET version = version + 1, changed_at = now()"
    )


def _file(connection: psycopg.Connection) -> int:
    row = connection.execute(_INSERT_FILE).fetchone()
    assert row is not None
    return int(row[0])
