"""The tables of the entities, as a loader needs to know them: names, columns and types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Final, get_args, get_type_hints

import msgspec

from data_pipeline.canonical import entities
from data_pipeline.canonical.entities import Entity, JsonText

_POSTGRESQL_TYPES: Final[Mapping[object, str]] = {
    str: "text",
    int: "int8",
    bool: "bool",
    Decimal: "numeric",
    date: "date",
    datetime: "timestamptz",
    JsonText: "jsonb",
}

# A change of these alone is no change of the record.
_IDENTITY_AND_ORDER: Final = frozenset({"source_id", "source_updated_at", "deleted_at"})

# Follows from another column, and is not there in rows from before there was this column.
_DERIVED: Final = frozenset({"name_key"})


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that sources fill. `type` is PostgreSQL's name for it."""

    name: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """An entity's table in schema `canonical`, and its staging table in schema `ingest`."""

    name: str
    entity: type[Entity]
    columns: tuple[Column, ...]

    @property
    def staging_name(self) -> str:
        """The name of the staging table."""
        return f"staged_{self.name}"

    @property
    def values(self) -> tuple[Column, ...]:
        """The columns that a version has."""
        return tuple(column for column in self.columns if column.name not in _IDENTITY_AND_ORDER)

    @property
    def compared(self) -> tuple[Column, ...]:
        """The columns that make a version: a difference in one of them is a new version."""
        return tuple(column for column in self.values if column.name not in _DERIVED)


def _describe(name: str, entity: type[Entity]) -> Table:
    hints = get_type_hints(entity)
    fields = msgspec.structs.fields(entity)
    columns = tuple(
        Column(name=field.name, type=_postgresql_type(hints[field.name])) for field in fields
    )
    return Table(name=name, entity=entity, columns=columns)


def _postgresql_type(hint: object) -> str:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] or [hint]
    return _POSTGRESQL_TYPES[kinds[0]]


# Parents before children. Every load merges in this order, so that no two wait for each other.
TABLES: Final = (
    _describe("customers", entities.Customer),
    _describe("contacts", entities.Contact),
    _describe("products", entities.Product),
    _describe("opportunities", entities.Opportunity),
    _describe("orders", entities.Order),
    _describe("order_items", entities.OrderItem),
    _describe("invoices", entities.Invoice),
    _describe("relationships", entities.Relationship),
)

TABLE_OF: Final[Mapping[type[Entity], Table]] = {table.entity: table for table in TABLES}
