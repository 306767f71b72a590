"""How good the data are: checks of every kind of record, as scores with counts and examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.timeframe import today

_SCORES: Final = sql_file(__file__, "data_integrity_analysis")
_SAMPLE_RECORDS: Final = 10_000


class Entity(StrEnum):
    """A kind of record, or the files that brought them."""

    FILES = "files"
    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    OPPORTUNITIES = "opportunities"
    ORDERS = "orders"
    ORDER_ITEMS = "order_items"
    INVOICES = "invoices"
    RELATIONSHIPS = "relationships"


class Dimension(StrEnum):
    """What is good about data."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    REFERENTIAL_INTEGRITY = "referential_integrity"


class Level(StrEnum):
    """What a row sums up."""

    ALL = "all"
    DIMENSION = "dimension"
    ENTITY = "entity"
    ENTITY_DIMENSION = "entity_dimension"
    CHECK = "check"


class Scan(StrEnum):
    """How much of the large tables is looked at."""

    SAMPLE = "sample"
    FULL = "full"


_CHECKS: Final = {entity: sql_file(__file__, f"data_integrity_{entity}") for entity in Entity}
_SAMPLED: Final = sql_file(__file__, "data_integrity_sampled")
_DRAWN: Final = sql_file(__file__, "data_integrity_drawn")
_PARENT: Final = sql_file(__file__, "data_integrity_parent")
_PURCHASE: Final = sql_file(__file__, "data_integrity_purchase")
_REPEATED: Final = sql_file(__file__, "data_integrity_repeated")

# What a record may name, and the table that it is in.
_PARENTS: Final = {
    "customer": Entity.CUSTOMERS,
    "contact": Entity.CONTACTS,
    "opportunity": Entity.OPPORTUNITIES,
    "product": Entity.PRODUCTS,
}
_NUMBERS: Final = {Entity.ORDERS: "order_number", Entity.INVOICES: "invoice_number"}


class DataIntegrityAnalysisParameters(Parameters):
    """What to check, against which day, and which results to show."""

    entity: Entity | None = Field(
        default=None,
        description="Check records of one kind only; files: what arrived, with the quarantine.",
        examples=["customers", "files"],
    )
    source_system: str | None = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="Check records of one source system only.",
        examples=["crm", "shopify"],
    )
    dimension: Dimension | None = Field(
        default=None,
        description="Only checks of one dimension.",
        examples=["referential_integrity"],
    )
    level: Level | None = Field(
        default=None,
        description="Only rows of one level: check for the single checks, the others for their "
        "sums by dimension, by kind of record and source, by both, and in all.",
        examples=["all", "check"],
    )
    as_of: date = Field(
        default_factory=today,
        description="The day (UTC) from which age is counted; today if not given.",
        examples=["2026-06-30"],
    )
    max_age_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Timeliness: customers, contacts and products are to be changed by their "
        "source at least once in so many days.",
        examples=[180],
    )
    max_open_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="Timeliness: orders are not to stay open for more days than this.",
        examples=[30],
    )
    max_silence_days: int = Field(
        default=7,
        ge=1,
        le=36_500,
        description="Timeliness: a source is to send a file at least once in so many days.",
        examples=[1],
    )
    min_score: Decimal | None = Field(
        default=None, ge=0, le=100, description="Leave out rows with a lower score.", examples=[90]
    )
    max_score: Decimal | None = Field(
        default=None,
        ge=0,
        le=100,
        description="Leave out rows with a higher score; 99.99 shows what is not perfect.",
        examples=["99.99"],
    )
    examples: int = Field(
        default=3,
        ge=0,
        le=100,
        description="So many ids of failing records for each check, the lowest.",
        examples=[10],
    )
    scan: Scan = Field(
        default=Scan.SAMPLE,
        description=f"sample: of tables with more than {_SAMPLE_RECORDS:,} records about so many "
        "are looked at, the same each time while the data don't change, and uniqueness of orders, "
        "invoices and relationships is not checked there. full: every record; best as a job.",
        examples=["full"],
    )

    @model_validator(mode="after")
    def _scores_in_order(self) -> Self:
        if self.min_score is None or self.max_score is None:
            return self
        if self.min_score > self.max_score:
            raise ValueError("min_score is above max_score: no row has such a score")
        return self


def _statement(parameters: DataIntegrityAnalysisParameters) -> Statement:
    entities = [parameters.entity] if parameters.entity else list(Entity)
    checks = sql.SQL("\n    UNION ALL\n    ").join(map(_checks, entities))
    values = {
        "entities": [entity.value for entity in entities],
        "source_system": parameters.source_system,
        "dimension": parameters.dimension,
        "level": parameters.level,
        "as_of": parameters.as_of,
        "max_age_days": parameters.max_age_days,
        "max_open_days": parameters.max_open_days,
        "max_silence_days": parameters.max_silence_days,
        "min_score": parameters.min_score,
        "max_score": parameters.max_score,
        "examples": parameters.examples,
        "most_records": _SAMPLE_RECORDS if parameters.scan is Scan.SAMPLE else 2**62,
    }
    return Statement(sql=sql.SQL(_SCORES).format(checks=checks).as_string(), values=values)


def _checks(entity: Entity) -> sql.Composed:
    """The checks of one kind of record, with what several kinds need in the same words."""
    names = {"table": sql.Identifier(entity), "entity": sql.Literal(entity)}
    parts = {
        "sampled": sql.SQL(_SAMPLED).format(**names),
        "drawn": sql.SQL(_DRAWN).format(**names),
        "purchase": sql.SQL(_PURCHASE),
        **{parent: _parent(parent, table) for parent, table in _PARENTS.items()},
    }
    if entity in _NUMBERS:
        number = sql.Identifier(_NUMBERS[entity])
        parts["repeated"] = sql.SQL(_REPEATED).format(**names, number=number)
    return sql.SQL(_CHECKS[entity]).format(**parts)


def _parent(name: str, table: Entity) -> sql.Composed:
    return sql.SQL(_PARENT).format(
        table=sql.Identifier(table),
        parent=sql.Identifier(name),
        reference=sql.Identifier(f"{name}_source_id"),
    )


OPERATION = Operation(
    name="data_integrity_analysis",
    description="How good the data are, as scores from 0 to 100 for completeness, validity, "
    "uniqueness, consistency, timeliness and referential integrity: of each check, and of all "
    "checks together by kind of record and source, by dimension, and in all. A score is the share "
    "of what was checked that is right. Deleted records are not checked. Files count with what "
    "waits in quarantine.",
    parameters=DataIntegrityAnalysisParameters,
    columns=(
        Column(
            name="level",
            description="What the row sums up: all, dimension, entity, entity_dimension, check.",
        ),
        Column(name="entity", description="The kind of record; null where summed up."),
        Column(name="source_system", description="Whose records; null where summed up."),
        Column(name="dimension", description="The dimension; null where summed up."),
        Column(name="check", description="The check: mostly the field that it is about."),
        Column(name="meaning", description="What is so of a record that passes, in words."),
        Column(
            name="score",
            description="100 where nothing fails, else at most 99.99: the share that passes, in "
            "percent.",
        ),
        Column(
            name="checked",
            description="Records that the check applies to, such as those with an e-mail address; "
            "in sums records times checks.",
        ),
        Column(name="failed", description="Of which fail."),
        Column(
            name="example_ids",
            description="The lowest ids of records that fail; of files those of files, or of "
            "quarantined records.",
        ),
        Column(
            name="is_sampled",
            description="Whether checked and failed are of a sample, in sums of one part at least.",
        ),
    ),
    statement=_statement,
    reads_ledger=True,
)
