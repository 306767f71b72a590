"""What an item of an order or of an opportunity has to have, and what an order's refund."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.databases import TestDatabase

_FILE = """
    INSERT INTO ingest.files (bucket, key, version_id, etag, size_bytes)
    VALUES ('raw', 'hubspot-data/line_items.json', 'v1', 'e1', 1)
    RETURNING id
"""
_ITEM = """
    INSERT INTO canonical.order_items (source_system, source_id, order_source_id,
        opportunity_source_id, deleted_at, source_updated_at, file_id, object_modified_at,
        object_version_id)
    VALUES ('hubspot', %s, %s, %s, %s, now(), %s, now(), 'v1')
"""
_ORDER = """
    INSERT INTO canonical.orders (source_system, source_id, ordered_at, currency, refunded,
        source_updated_at, file_id, object_modified_at, object_version_id)
    VALUES ('hubspot', 'O1', now(), %s, 5, now(), %s, now(), 'v1')
"""
_DEAL = """
    INSERT INTO canonical.opportunities (source_system, source_id, name, source_updated_at,
        file_id, object_modified_at, object_version_id)
    VALUES ('hubspot', 'D1', 'Deal', now(), %s, now(), 'v1')
    RETURNING id
"""


@pytest.fixture
def connection(database_url: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url.owner, autocommit=True) as made:
        yield made


@pytest.fixture
def file_id(connection: psycopg.Connection) -> int:
    row = connection.execute(_FILE).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("order", "opportunity", "deleted_at"),
    [("O1", None, None), (None, "D1", None), (None, None, "2026-01-01")],
)
def test_item_has_an_order_or_an_opportunity_or_is_deleted(
    connection: psycopg.Connection,
    file_id: int,
    order: str | None,
    opportunity: str | None,
    deleted_at: str | None,
) -> None:
    inserted = connection.execute(_ITEM, ("I1", order, opportunity, deleted_at, file_id))
    assert inserted.rowcount == 1


def test_item_of_nothing_is_refused(connection: psycopg.Connection, file_id: int) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="order_items_parent_check"):
        connection.execute(_ITEM, ("I1", None, None, None, file_id))


def test_item_shows_its_opportunity_as_soon_as_that_is_there(
    connection: psycopg.Connection, file_id: int
) -> None:
    query = "SELECT opportunity_id FROM canonical.current_order_items"
    connection.execute(_ITEM, ("I1", None, "D1", None, file_id))
    assert connection.execute(query).fetchall() == [(None,)]
    deal = connection.execute(_DEAL, (file_id,)).fetchone()
    assert connection.execute(query).fetchall() == [deal]


def test_refund_without_a_currency_is_refused(connection: psycopg.Connection, file_id: int) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="orders_refunded_check"):
        connection.execute(_ORDER, (None, file_id))
    assert connection.execute(_ORDER, ("EUR", file_id)).rowcount == 1


def test_reader_sees_the_new_columns(database_url: TestDatabase) -> None:
    with psycopg.connect(database_url.reader) as reader:
        reader.execute("SELECT refunded, opportunity_id FROM canonical.current_orders")
        reader.execute("SELECT opportunity_source_id FROM canonical.current_order_items")
