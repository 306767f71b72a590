"""Keeps what analytics would have to count: see `canonical.record_counts`."""

from collections.abc import Mapping
from typing import Any

import psycopg

from data_pipeline.canonical.tables import Table
from data_pipeline.ingestion.merge import Counts, Version
from data_pipeline.ingestion.statements import statement


def add(
    connection: psycopg.Connection[Any], version: Version, merged: Mapping[Table, Counts]
) -> None:
    """Adds what a load changed to what is kept.

    Args:
        connection: in the load's transaction.
        version: of the load.
        merged: what became of its records, by table.
    """
    changed = {table.name: counts.inserted for table, counts in merged.items() if counts.changed}
    if not changed:
        return
    parameters = {
        "file_id": version.file_id,
        "source": version.source,
        "entities": list(changed),
        "added": list(changed.values()),
    }
    connection.execute(statement("count_rows"), parameters)
