from typing import Any

import psycopg
from psycopg import sql

from tests.integration import sales
from tests.integration.analytics.rows import Rows


def test_simple_demo_counts_what_each_source_brought(
    get: Any, database_url: sales.Conninfos
) -> None:
    assert get("operation=simple_demo")["rows"] == []
    with Rows(database_url) as rows:
        for number in range(3):
            rows.add("customers", "crm", f"C{number}", name="C")
        rows.add("customers", "crm", "C9", name="C", deleted_at="2026-05-01T00:00:00Z")
        rows.add("orders", "crm", "O1", ordered_at="2026-05-01T00:00:00Z")
        rows.connection.execute("UPDATE ingest.files SET object_modified_at = '2026-05-02'")
    with Rows(database_url) as rows:
        rows.add("customers", "erp", "E1", name="E")
    found = get("operation=simple_demo")["rows"]
    assert [list(row.values())[:5] for row in found] == [
        ["customers", "crm", 3, 1, "2026-05-02T00:00:00Z"],
        ["customers", "erp", 1, 0, None],
        ["orders", "crm", 1, 0, "2026-05-02T00:00:00Z"],
    ]
    assert {row["last_file"] for row in found} == {"crm-data/rows.json"}
    assert all(row["last_loaded_at"] for row in found)


def test_database_info_knows_the_rows_of_every_table(
    get: Any, database_url: sales.Conninfos
) -> None:
    sales.load(database_url.owner)
    rows = get("operation=database_info&section=tables")["rows"]
    tables = {row["relation"]: row for row in rows if row["name"] == "table"}
    with psycopg.connect(database_url.owner) as connection:
        for name, row in tables.items():
            counted = connection.execute(
                sql.SQL("SELECT count(*) FROM canonical.{}").format(sql.Identifier(name))
            ).fetchone()
            assert (row["rows"],) == counted, name
    assert tables["customers"]["rows"] == 6
    assert tables["orders"]["rows"] == 12
    assert tables["customers"]["size_bytes"] > 0
    views = {row["relation"] for row in rows if row["name"] == "view"}
    assert "unified_customers" in views


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
    sales.load(database_url.owner)
    assert len(get("operation=database_info&section=loads")["rows"]) == 1
    with psycopg.connect(database_url.owner) as connection:
        sales._file(connection)
    assert len(get("operation=database_info&section=loads")["rows"]) == 2
