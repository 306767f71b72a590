"""Orders with their lines, customers and products, to load and to work answers out from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import psycopg

from data_pipeline.migrator.schema import migrate
from local.state import Environment
from tests.integration import databases, sales
from tests.integration.databases import TestDatabase


class Customer(NamedTuple):
    """One system's record of a customer; records of the same person have the same e-mail."""

    system: str
    id: str
    name: str
    email: str | None = None
    industry: str | None = None
    segment: str | None = None
    country: str | None = None


class Product(NamedTuple):
    system: str
    id: str
    name: str
    category: str | None = None
    brand: str | None = None


class Order(NamedTuple):
    """Amounts are in hundredths."""

    system: str
    id: str
    customer: str | None
    status: str | None
    ordered_at: str
    total: int | None
    refunded: int | None = None
    channel: str | None = None
    currency: str = "EUR"
    deleted_at: str | None = None


class Line(NamedTuple):
    """Its order is one of the same system. Amounts are in hundredths."""

    system: str
    order: str
    product: str
    quantity: int
    total: int
    currency: str = "EUR"
    deleted_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Book:
    customers: list[Customer]
    products: list[Product]
    orders: list[Order]
    lines: list[Line] = field(default_factory=list)


_INSERT_FILE = """
    INSERT INTO ingest.files (bucket, key, version_id, etag, source, status, finished_at)
    VALUES ('raw', 'crm-data/book.json', 'v1', gen_random_uuid()::text, 'crm', 'loaded', now())
    RETURNING id
"""
_INSERT_CUSTOMER = """
    INSERT INTO canonical.customers (source_system, source_id, name, email, industry, segment,
        country, file_id, source_updated_at, object_modified_at, object_version_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '2026-05-01', now(), 'v1')
"""
_INSERT_PRODUCT = """
    INSERT INTO canonical.products (source_system, source_id, name, category, brand,
        file_id, source_updated_at, object_modified_at, object_version_id)
    VALUES (%s, %s, %s, %s, %s, %s, '2026-05-01', now(), 'v1')
"""
_INSERT_ORDER = """
    INSERT INTO canonical.orders (source_system, source_id, customer_source_id, status, ordered_at,
        total, refunded, channel, currency, deleted_at,
        file_id, source_updated_at, object_modified_at, object_version_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '2026-05-01', now(), 'v1')
"""
_INSERT_LINE = """
    INSERT INTO canonical.order_items (source_id, source_system, order_source_id,
        product_source_id, quantity, total, currency, deleted_at,
        file_id, source_updated_at, object_modified_at, object_version_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '2026-05-01', now(), 'v1')
"""


@contextmanager
def loaded(book: Book, environment: Environment, template: str) -> Iterator[TestDatabase]:
    """A database with the book, for tests that only read."""
    database = databases.create(environment, template=template)
    try:
        migrate(database.owner)  # rights on a database are not copied with it
        _load(book, database.owner)
        yield database
    finally:
        databases.drop(environment, database)


def _load(book: Book, owner_conninfo: str) -> None:
    with psycopg.connect(owner_conninfo) as connection:
        row = connection.execute(_INSERT_FILE).fetchone()
        assert row is not None
        (file_id,) = row
        cursor = connection.cursor()
        cursor.executemany(_INSERT_CUSTOMER, [(*customer, file_id) for customer in book.customers])
        cursor.executemany(_INSERT_PRODUCT, [(*product, file_id) for product in book.products])
        orders = [
            (*order[:5], _amount(order.total), _amount(order.refunded), *order[7:], file_id)
            for order in book.orders
        ]
        cursor.executemany(_INSERT_ORDER, orders)
        lines = [
            (f"L{number}", *line[:4], _amount(line.total), *line[5:], file_id)
            for number, line in enumerate(book.lines)
        ]
        cursor.executemany(_INSERT_LINE, lines)
        connection.execute("SELECT ingest.unify_customers()")
        sales.raise_version(connection)


def _amount(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)
