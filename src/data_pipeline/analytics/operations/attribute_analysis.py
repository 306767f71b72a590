"""What records have beyond their columns: the keys of their JSON attributes, types and values."""

import json
from typing import Final

from pydantic import Field

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics import json_paths
from data_pipeline.analytics.json_objects import JsonObject
from data_pipeline.analytics.json_paths import JsonPath
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.path_predicates import PathPredicate
from data_pipeline.analytics.records import Entity, SourceSystem

_REPORT: Final = sql_file(__file__, "attribute_analysis")
# Drawn anew for each question the sample would differ from call to call.
_SAMPLING: Final = "TABLESAMPLE bernoulli (%(sample_percent)s::double precision) REPEATABLE (0)"


class AttributeAnalysisParameters(Parameters):
    """Whose attributes, which of them, and how much to tell of each."""

    entity: Entity = Field(
        default=Entity.CUSTOMERS,
        description="The kind of record whose attributes to look at.",
        examples=["customers", "orders"],
    )
    source_system: SourceSystem
    path: JsonPath | None = Field(
        default=None,
        description="Look at this path and what lies within it, such as `$.billing`, "
        '`$.billing.terms`, `$.tags[*]` or `$."tax id"`; at all if not given.',
        examples=["$.billing", "$.tags[*]"],
    )
    depth: int = Field(
        default=2,
        ge=1,
        le=json_paths.MOST_STEPS,
        description="How many levels to show, from the attributes (or from `path`) down: 1 is "
        "only they, 2 also what lies in them, such as `$.billing.terms` and `$.tags[*]`.",
        examples=[3],
    )
    contains: JsonObject | None = Field(
        default=None,
        description="Only records whose attributes contain this object, as PostgreSQL's @> "
        "has it. In a query string its JSON text.",
        examples=[{"newsletter": True}, {"tags": ["export"]}],
    )
    matches: PathPredicate
    min_count: int = Field(
        default=1,
        ge=1,
        le=1_000_000_000,
        description="Leave out paths that fewer records have.",
        examples=[100],
    )
    top: int = Field(
        default=5,
        ge=0,
        le=100,
        description="Show so many of the most frequent values of each path.",
        examples=[10],
    )
    sample_percent: float = Field(
        default=100,
        gt=0,
        le=100,
        allow_inf_nan=False,
        description="Look at so many percent of the records only, drawn at random but the same "
        "as long as the data are. All counts are then those of the sample, and every row says so.",
        examples=[10],
    )


def _statement(parameters: AttributeAnalysisParameters) -> Statement:
    steps = json_paths.steps(parameters.path) if parameters.path else []
    values = {
        "source_system": parameters.source_system,
        "first_key": steps[0].removeprefix(".") if steps else None,
        "steps": steps,
        "most_steps": max(len(steps), 1) - 1 + parameters.depth,
        "contains": None if parameters.contains is None else json.dumps(parameters.contains),
        "matches": parameters.matches,
        "min_count": parameters.min_count,
        "top": parameters.top,
        "sample_percent": parameters.sample_percent,
    }
    statement = sql.SQL(_REPORT).format(
        entity=sql.Identifier(parameters.entity),
        sampling=sql.SQL(_SAMPLING if parameters.sample_percent < 100 else ""),
    )
    return Statement(sql=statement.as_string(), values=values)


OPERATION = Operation(
    name="attribute_analysis",
    description="What sources say of their records beyond the columns: every path in the JSON "
    "attributes with its types, how many records have it, nulls, distinct values, and the most "
    "frequent values; of all records, or of those that contain an object or match a path.",
    parameters=AttributeAnalysisParameters,
    columns=(
        Column(name="path", description="As SQL/JSON writes it; [*] are all elements of an array."),
        Column(name="depth", description="Steps of the path: 1 for `$.tags`, 2 for `$.tags[*]`."),
        Column(
            name="types",
            description="An object: each type that values have (string, number, boolean, object, "
            "array, null) with the number of such values.",
        ),
        Column(name="records", description="Records that have the path, if only with null."),
        Column(name="presence", description="records by examined_records: 1 is all of them."),
        Column(
            name="value_count",
            description="Values, nulls among them; in arrays a record can have several.",
        ),
        Column(name="null_count", description="Values that are null."),
        Column(name="null_rate", description="null_count by value_count: 1 is all of them."),
        Column(name="distinct_count", description="Different values other than null."),
        Column(
            name="top_values",
            description="The most frequent values other than null, each with its count; what is "
            "longer than 200 characters is cut, as text.",
        ),
        Column(name="examined_records", description="Records that were looked at."),
        Column(
            name="sample_percent",
            description="Share of the records that was drawn for it; 100 is no sample.",
        ),
    ),
    statement=_statement,
)
