"""Tells what is rejected in a replay apart from what was rejected before."""

from collections.abc import Collection
from typing import Any

import psycopg

from data_pipeline.replay.answer import Quarantined
from data_pipeline.replay.statements import statement


def settle(
    connection: psycopg.Connection[Any],
    *,
    file_id: int,
    replay_id: int,
    positions: Collection[int] | None = None,
) -> Quarantined:
    """Brings a file's quarantine to what its replay found, and leaves nothing staged.

    A record is the same as one that waits if it has the same text in the same place.

    Args:
        connection: in the transaction that mapped the records again and holds their file.
        file_id: the file's.
        replay_id: of the replay.
        positions: of the records that were mapped again; None for all of the file.
    """
    parameters = {
        "file_id": file_id,
        "replay_id": replay_id,
        "positions": None if positions is None else list(positions),
    }

    def run(name: str) -> int:
        return connection.execute(statement(name), parameters).rowcount

    found = Quarantined(
        replayed=run("mark_replayed"),
        # Before the new ones are added, which would be found again themselves.
        failed_again=run("mark_failed_again"),
        added=run("add_rejected"),
    )
    run("clear_rejected")
    return found
