"""What records were: one record's versions, or all records as of a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics.json_objects import JsonObject
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.records import Entity, SourceId, SourceSystem
from data_pipeline.canonical.tables import TABLES

_VERSIONS: Final = sql_file(__file__, "entity_history")
_AS_OF: Final = sql_file(__file__, "entity_history_as_of")

_LARGEST_ID: Final = 2**63 - 1

# Columns of every row that the answer has apart, or that tell of the row and not of the record.
_BOOKKEEPING: Final = (
    *("id", "source_system", "source_id", "version", "created_at", "updated_at", "file_id"),
    *("source_updated_at", "object_modified_at", "object_version_id"),
    *("email_key", "phone_key", "name_key", "lines_complete"),
)
_COLUMNS: Final = {
    table.name: tuple(column.name for column in table.columns if column.name not in _BOOKKEEPING)
    for table in TABLES
}


def _in_utc(time: datetime) -> datetime:
    if not 1900 <= time.year < 3000:
        raise ValueError("a year from 1900 to 2999 is expected")
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


class EntityHistoryParameters(Parameters):
    """Which record, or which records as of when."""

    entity: Entity = Field(
        default=Entity.CUSTOMERS,
        description="The kind of record.",
        examples=["customers", "orders"],
    )
    id: int | None = Field(
        default=None,
        ge=1,
        le=_LARGEST_ID,
        description="Give the versions of the record with this id, as other operations give it.",
        examples=[17],
    )
    source_system: SourceSystem
    source_id: SourceId | None = Field(
        default=None,
        description="Give the versions of the record that has this id in `source_system`; "
        "not together with `id`.",
        examples=["CRM-000001"],
    )
    as_of: Annotated[datetime, AfterValidator(_in_utc)] | None = Field(
        default=None,
        description="Only what the pipeline held at this time (ISO 8601; UTC if it has no offset, "
        "midnight if it is a day). If not given, all versions of one record, or all records as "
        "they are now.",
        examples=["2026-06-30T12:00:00Z"],
    )
    contains: JsonObject | None = Field(
        default=None,
        description="Only versions whose `data` contain this object, as PostgreSQL's @> has it. "
        "In a query string its JSON text.",
        examples=[{"country": "DE"}, {"attributes": {"tier": "gold"}}],
    )
    include_deleted: bool = Field(
        default=False,
        description="Also give records that their source had deleted by then. The versions of "
        "one record are given in any case.",
    )
    limit: int | None = Field(
        default=100,
        ge=1,
        le=10_000_000,
        description="Give so many rows; if there are more, the answer is `truncated`. null for "
        "all, as far as they fit the answer.",
        examples=[20],
    )
    after_id: int = Field(
        default=0,
        ge=0,
        le=_LARGEST_ID,
        description="Give records with a higher id: that of the last row, for the next page.",
        examples=[100],
    )

    @model_validator(mode="after")
    def _check_choice(self) -> Self:
        if self.id is not None and self.source_id is not None:
            raise ValueError("give id or source_id, not both")
        if self.source_id is not None and self.source_system is None:
            raise ValueError("give the source_system of the source_id too")
        if self.after_id and self.is_of_one:
            raise ValueError("after_id goes through many records: leave it out for one")
        columns = _COLUMNS[self.entity]
        for name in self.contains or {}:
            if name not in columns:
                raise ValueError(
                    f"contains: {self.entity} have no column '{name}', they have "
                    f"{', '.join(columns)}; what is in attributes is written "
                    '{"attributes": {"tier": "gold"}}'
                )
        return self

    @property
    def is_of_one(self) -> bool:
        """Whether one record was asked for."""
        return self.id is not None or self.source_id is not None


def _statement(parameters: EntityHistoryParameters) -> Statement:
    entity = sql.Identifier(parameters.entity)
    values: dict[str, object] = {
        "entity": parameters.entity,
        "source_system": parameters.source_system,
        "as_of": parameters.as_of,
        "contains": None if parameters.contains is None else json.dumps(parameters.contains),
        "bookkeeping": list(_BOOKKEEPING),
    }
    if parameters.is_of_one:
        statement = sql.SQL(_VERSIONS).format(entity=entity)
        values |= {"id": parameters.id, "source_id": parameters.source_id}
    else:
        statement = sql.SQL(_AS_OF).format(
            entity=entity, filtered=_members(parameters.contains or {})
        )
        values |= {
            # What is there now is what will have held to the end.
            "as_of": parameters.as_of or "infinity",
            "include_deleted": parameters.include_deleted,
            "after_id": parameters.after_id,
        }
    return Statement(sql=statement.as_string(), values=values, most_rows=parameters.limit)


def _members(contains: Mapping[str, object]) -> sql.Composed:
    """Of a row only what it is filtered by: of a million rows, all would take ten times longer."""
    members = [
        sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier("record", name))
        for name in contains
    ]
    return sql.SQL(", ").join(members)


OPERATION = Operation(
    name="entity_history",
    description="What records were: every version of one record, with what changed, when, and the "
    "file that brought it; or all records of a kind as the pipeline held them at a time.",
    parameters=EntityHistoryParameters,
    columns=(
        Column(name="entity", description="The kind of record."),
        Column(name="id", description="The record's id."),
        Column(name="source_system", description="The system that it comes from."),
        Column(name="source_id", description="Its id there."),
        Column(name="version", description="1 for the first, rising with every change."),
        Column(name="valid_from", description="When the pipeline took this version in."),
        Column(name="valid_to", description="When the next one took its place; null if none did."),
        Column(
            name="event",
            description="created, updated, deleted or restored, in the versions of one record.",
        ),
        Column(
            name="changes",
            description="In the versions of one record, what differs from the version before: an "
            "object of columns (and attributes, as attributes.<key>), each with from and to.",
        ),
        Column(name="data", description="The record's columns and attributes in this version."),
        Column(name="source_updated_at", description="When the source made this version."),
        Column(name="file", description="The key of the file that brought it."),
        Column(name="loaded_at", description="When that file arrived."),
    ),
    statement=_statement,
)
