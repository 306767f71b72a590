"""Renews the planner's statistics of tables that a load changed much, sooner than autovacuum."""

from collections.abc import Mapping
from typing import Any

import psycopg

from data_pipeline.canonical.tables import TABLES, Table
from data_pipeline.ingestion.statements import statement, table_statement


def renew(connection: psycopg.Connection[Any], changed: Mapping[Table, int]) -> None:
    """Analyzes each table of which more than a tenth changed.

    Args:
        connection: in no transaction: an ANALYZE within the load's would hold up other loads.
        changed: how many rows of each table the load inserted or updated.
    """
    counts = {table.name: rows for table, rows in changed.items() if rows}
    parameters = {"tables": list(counts), "rows": list(counts.values())}
    with connection.transaction():
        found = connection.execute(statement("tables_changed_much"), parameters).fetchall()
        names = {name for (name,) in found}
    for table in TABLES:
        if table.name in names:
            with connection.transaction():
                connection.execute(table_statement("analyze", table))
