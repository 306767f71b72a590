from typing import Any

from tests.integration import sales


def test_simple_demo_counts_what_each_source_brought(
    get: Any, database_url: sales.Conninfos
) -> None:
    assert get("operation=simple_demo")["rows"] == []
    sales.load(database_url.owner)
    rows = get("operation=simple_demo")["rows"]
    counts = [
        (row["entity"], row["source_system"], row["records"], row["deleted_records"])
        for row in rows
    ]
    assert counts == [
        ("customers", "crm", 4, 1),
        ("customers", "erp", 1, 0),
        ("orders", "crm", 10, 1),
        ("orders", "erp", 1, 0),
    ]
    assert {row["last_file"] for row in rows} == {"crm-data/sales.json"}
    assert rows[0]["newest_change_at"] == "2026-05-02T00:00:00Z"


def test_database_info_describes_tables_exactly(get: Any, database_url: sales.Conninfos) -> None:
    sales.load(database_url.owner)
    rows = get("operation=database_info&section=tables")["rows"]
    tables = {row["relation"]: row for row in rows if row["name"] == "table"}
    assert tables["customers"]["rows"] == 6
    assert tables["orders"]["rows"] == 12
    assert tables["invoices"]["rows"] == 0
    assert tables["customers"]["size_bytes"] > 0
    views = {row["relation"] for row in rows if row["name"] == "view"}
    assert "unified_customers" in views


def test_database_info_counts_every_table_that_it_lists(get: Any) -> None:
    rows = get("operation=database_info&section=tables")["rows"]
    uncounted = [row["relation"] for row in rows if row["name"] == "table" and row["rows"] is None]
    assert uncounted == []


def test_database_info_has_every_section(get: Any, database_url: sales.Conninfos) -> None:
    sales.load(database_url.owner)
    rows = get("operation=database_info")["rows"]
    assert list(dict.fromkeys(row["section"] for row in rows)) == [
        "database",
        "tables",
        "columns",
        "indexes",
        "extensions",
        "loads",
    ]
    database = rows[0]
    assert database["type"].startswith("PostgreSQL 17")
    assert database["detail"]["datasetVersion"] == 1
    columns = {(row["relation"], row["name"]): row["type"] for row in rows}
    assert columns["customers", "source_updated_at"] == "timestamp with time zone"
    assert columns["customers", "customers_source_system_source_id_key"] == "btree"
    loads = [row for row in rows if row["section"] == "loads"]
    assert [(row["name"], row["type"], row["rows"]) for row in loads] == [
        ("crm-data/sales.json", "loaded", 18)
    ]


def test_load_that_changed_nothing_shows_in_the_loads(
    get: Any, database_url: sales.Conninfos
) -> None:
    import psycopg  # noqa: PLC0415

    sales.load(database_url.owner)
    assert len(get("operation=database_info&section=loads")["rows"]) == 1
    with psycopg.connect(database_url.owner) as connection:
        sales._file(connection)
    assert len(get("operation=database_info&section=loads")["rows"]) == 2
