"""Asking an operation as the handler does, without HTTP and cache."""

import json
from typing import Any

import psycopg

from data_pipeline.analytics import query
from data_pipeline.analytics.catalog import parse
from data_pipeline.analytics.snapshot import snapshot
from tests.integration import sales

type Row = dict[str, Any]


def answer(database: sales.Conninfos, operation: str, parameters: dict[str, object]) -> list[Row]:
    """The rows that an operation answers with."""
    question = parse(operation, parameters)
    with (
        psycopg.connect(database.reader) as connection,
        snapshot(connection, application_name="test", timeout_seconds=30) as state,
    ):
        result = query.read(question, connection).result(dataset_version=state.version)
    rows: list[Row] = json.loads(bytes(result.rows))
    return rows
