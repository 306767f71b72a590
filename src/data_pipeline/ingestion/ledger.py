"""The ledger of files: each version of each object is loaded once."""

from typing import Any

import msgspec
import psycopg

from data_pipeline.ingestion.events import ObjectCreated
from data_pipeline.ingestion.merge import Counts, Version
from data_pipeline.ingestion.statements import statement
from data_pipeline.ingestion.unreadable import UnreadableFile


def claim(connection: psycopg.Connection[Any], created: ObjectCreated) -> int | None:
    """Enters an object; its id, or None if it was loaded or refused before."""
    parameters = msgspec.structs.asdict(created)
    row = connection.execute(statement("claim_file"), parameters).fetchone()
    return None if row is None else int(row[0])


def hold(connection: psycopg.Connection[Any], file_id: int) -> bool:
    """Waits for others who load the file, to the end of the transaction; False if one has."""
    return connection.execute(statement("hold_file"), {"file_id": file_id}).fetchone() is not None


def complete(connection: psycopg.Connection[Any], version: Version, counts: Counts) -> None:
    """Marks a file as loaded and, if that changed any row, the data as changed."""
    parameters = msgspec.structs.asdict(version) | msgspec.structs.asdict(counts)
    connection.execute(statement("complete_file"), parameters)
    announce(connection, version.file_id, counts)


def announce(connection: psycopg.Connection[Any], file_id: int, counts: Counts) -> None:
    """Marks the data as changed, if the records of a file changed any row."""
    if counts.changed:
        connection.execute(statement("bump_dataset_version"), {"file_id": file_id})


def fail(
    connection: psycopg.Connection[Any],
    file_id: int,
    source: str | None,
    reason: UnreadableFile,
) -> bool:
    """Marks a file as refused, with the reason; False if somebody else did, or loaded it."""
    parameters = {
        "file_id": file_id, "source": source, "rule": reason.rule, "message": str(reason)
    }  # fmt: skip
    return connection.execute(statement("fail_file"), parameters).rowcount == 1
