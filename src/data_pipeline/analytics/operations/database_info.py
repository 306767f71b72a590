"""The database itself: its tables, columns, indexes, sizes, extensions, and last loads."""

from enum import StrEnum

from pydantic import Field

from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file

_SQL = sql_file(__file__, "database_info")


class Section(StrEnum):
    """A part of the description."""

    DATABASE = "database"
    TABLES = "tables"
    COLUMNS = "columns"
    INDEXES = "indexes"
    EXTENSIONS = "extensions"
    LOADS = "loads"


class DatabaseInfoParameters(Parameters):
    """Which part of the description to give."""

    section: Section | None = Field(
        default=None,
        description="Give one part of the description only.",
        examples=["tables", "columns"],
    )


def _statement(parameters: DatabaseInfoParameters) -> Statement:
    return Statement(sql=_SQL, values={"section": parameters.section})


OPERATION = Operation(
    name="database_info",
    description="The database that answers: its version and size, the dataset version, every "
    "table and view with exact and estimated rows and sizes, their columns and indexes, the "
    "extensions, and the last loads.",
    parameters=DatabaseInfoParameters,
    columns=(
        Column(name="section", description="database, tables, columns, indexes, extensions, loads"),
        Column(name="relation", description="The table or view that is described, if any."),
        Column(name="name", description="What is described; for tables the kind of relation."),
        Column(name="type", description="The type of a column, the method of an index, …"),
        Column(name="rows", description="Rows of a table, counted; records read by a load."),
        Column(name="estimated_rows", description="Rows as the planner estimates them."),
        Column(name="size_bytes", description="Size on disk, for tables with their indexes."),
        Column(name="detail", description="Whatever else there is to say, as an object."),
    ),
    statement=_statement,
    reads_ledger=True,
)
