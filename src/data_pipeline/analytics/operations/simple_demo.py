"""A first look: what has been loaded, by source and entity."""

from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file

_SQL = sql_file(__file__, "simple_demo")


class SimpleDemoParameters(Parameters):
    """There is nothing to choose."""


def _statement(_parameters: SimpleDemoParameters) -> Statement:
    return Statement(sql=_SQL, values={})


OPERATION = Operation(
    name="simple_demo",
    description="A first look at what was loaded: how many records of which kind from which "
    "source system, how fresh they are, and the file that brought the latest.",
    parameters=SimpleDemoParameters,
    columns=(
        Column(name="entity", description="Kind of record: customers, orders, …"),
        Column(name="source_system", description="The system that the records come from."),
        Column(name="records", description="Records there are now."),
        Column(name="deleted_records", description="Records that their source has deleted."),
        Column(name="last_exported_at", description="When the latest file with one was written."),
        Column(name="last_loaded_at", description="When that file arrived."),
        Column(name="last_file", description="The key of that file."),
    ),
    statement=_statement,
)
