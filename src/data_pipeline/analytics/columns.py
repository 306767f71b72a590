"""The columns of a query's result, with the types that clients are told."""

from collections import Counter

import psycopg
from psycopg import postgres

from data_pipeline.analytics.query_problems import duplicate_columns
from data_pipeline.analytics.result import ResultColumn

_TYPES = {
    "bool": "boolean",
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "float4": "number",
    "float8": "number",
    "numeric": "decimal",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamp",
    "interval": "duration",
    "json": "json",
    "jsonb": "json",
}

type AnyCursor = psycopg.Cursor[tuple[object, ...]] | psycopg.ServerCursor[tuple[object, ...]]


def columns_of(cursor: AnyCursor) -> list[ResultColumn]:
    """The columns of an executed query.

    Raises:
        ProblemError: 400, when two have the same name.
    """
    description = cursor.description or []
    repeated = [name for name, count in Counter(c.name for c in description).items() if count > 1]
    if repeated:
        raise duplicate_columns(repeated)
    return [ResultColumn(column.name, _type_name(column.type_code)) for column in description]


def _type_name(oid: int) -> str:
    if info := postgres.types.get(oid):
        name = _TYPES.get(info.name, "string")
        return f"{name}[]" if oid == info.array_oid else name
    return "string"
