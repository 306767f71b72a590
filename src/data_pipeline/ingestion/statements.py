"""The SQL of ingestion: files beside this one, completed with the names of a table."""

from functools import cache
from pathlib import Path
from typing import Final

from psycopg import sql

from data_pipeline.canonical.tables import Column, Table

_DIRECTORY: Final = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> sql.SQL:
    """The statement in the file of that name."""
    return sql.SQL((_DIRECTORY / f"{name}.sql").read_text(encoding="utf-8"))


@cache
def table_statement(name: str, table: Table) -> sql.Composed:
    """The statement in the file of that name, for one entity."""
    identifier = sql.Identifier(table.name)
    return statement(name).format(
        entity=sql.Literal(table.name),
        table=identifier,
        stored_row=statement("stored_row").format(table=identifier),
        staging=sql.Identifier(table.staging_name),
        columns=_names(table.columns),
        values=_names(table.values),
        stored_values=_names(table.compared, "stored"),
        incoming_values=_names(table.compared, "incoming"),
        changed_values=_names(table.values, "changed"),
    )


def _names(columns: tuple[Column, ...], *qualifier: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*qualifier, column.name) for column in columns)
