"""Children that the newer record of their owner has no more: lines of orders, edges to a parent."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from data_pipeline.ingestion.merge import Version
from data_pipeline.ingestion.statements import statement


def doubt_lines(
    connection: psycopg.Connection[Any], version: Version, positions: Collection[int]
) -> None:
    """Takes back that records came with all of their lines, since some of them were refused.

    Args:
        connection: in the transaction that staged the records.
        version: of the load.
        positions: of the records in their file.
    """
    parameters = {"file_id": version.file_id, "positions": list(positions)}
    connection.execute(statement("doubt_lines"), parameters)


def drop(
    connection: psycopg.Connection[Any],
    version: Version,
    edges: Collection[str],
    copied_after: Mapping[str, int | None],
) -> int:
    """Marks children as deleted that are gone; the number of them.

    A child is gone when the record that owns it was seen later than the child itself, whichever
    of them was loaded first.

    Args:
        connection: in the transaction that merged the load, whose rows are staged still unless
            they were copied straight into their table.
        version: of the load.
        edges: types of the relationships that a customer's record names with itself.
        copied_after: see `Merge.copied_after`.
    """
    parameters = msgspec.structs.asdict(version) | {"edges": list(edges)}
    parameters |= {f"{table}_copied_after": greatest for table, greatest in copied_after.items()}
    dropped = connection.execute(_dropping("order_items", "gone_lines"), parameters).rowcount
    if edges:
        dropping_edges = _dropping("relationships", "gone_edges")
        dropped += connection.execute(dropping_edges, parameters).rowcount
    return dropped


@cache
def _dropping(table: str, gone: str) -> sql.Composed:
    return statement("drop_gone").format(
        entity=sql.Literal(table), table=sql.Identifier(table), gone=statement(gone)
    )
