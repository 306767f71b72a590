"""Records and what is below them: parent companies, bundles, referrals, with revenue rolled up."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from data_pipeline.analytics import composition as sql
from data_pipeline.analytics import sales, sales_columns
from data_pipeline.analytics.operation import Column, Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.timeframe import today

_TREES: Final = sql_file(__file__, "relationship_analysis")
_CUSTOMERS: Final = sql_file(__file__, "relationship_analysis_customers")
_RECORDS: Final = sql_file(__file__, "relationship_analysis_records")
_ALL_ORDERS: Final = sql_file(__file__, "relationship_analysis_all_orders")
_THEIR_ORDERS: Final = sql_file(__file__, "relationship_analysis_their_orders")
_LINES: Final = sql_file(__file__, "relationship_analysis_lines")
_NO_REVENUE: Final = sql_file(__file__, "relationship_analysis_no_revenue")
_ANY: Final = "any"


class Entity(StrEnum):
    """The kind of record at both ends of a relationship."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    OPPORTUNITIES = "opportunities"
    ORDERS = "orders"
    INVOICES = "invoices"


class Direction(StrEnum):
    """Which end of a relationship is above the other."""

    DOWN = "down"
    UP = "up"


class RelationshipAnalysisParameters(Parameters):
    """Where to start, what to follow, and how far."""

    entity: Entity = Field(
        default=Entity.CUSTOMERS,
        description="The kind of record; relationships between two of the same kind are followed. "
        "Customers that are one across systems are one here, with what all of them say.",
        examples=["customers", "products"],
    )
    start_id: int | None = Field(
        default=None,
        ge=1,
        le=2**63 - 1,
        description="Start at the record with this id, as other operations give it; of a unified "
        "customer that of any of its records. If no start is given, at every record that has "
        "something below it and nothing above, and at the lowest id of each ring without such.",
        examples=[17],
    )
    source_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Start at the record that has this id in its source system; "
        "not together with start_id.",
        examples=["CRM-000001"],
    )
    source_system: str | None = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="Start only at records that this system knows.",
        examples=["crm", "salesforce"],
    )
    relationship_type: str = Field(
        default="parent_of",
        min_length=1,
        max_length=100,
        description="The relationships to follow, as their sources name them, such as parent_of, "
        "refers, variant_of, reports_to; any for all kinds.",
        examples=["parent_of", "variant_of", "any"],
    )
    direction: Direction = Field(
        default=Direction.DOWN,
        description="down: from left to right as a relationship reads ('A parent_of B': B is below "
        "A). up: from right to left ('A variant_of B': A is below B).",
    )
    as_of: date = Field(
        default_factory=today,
        description="Follow what holds on this day; today (UTC) if not given. Relationships "
        "without days hold always.",
        examples=["2026-06-30"],
    )
    max_depth: int = Field(
        default=10,
        ge=1,
        le=50,
        description="Go no further than so many steps below the start; rows say where more was cut "
        "off.",
        examples=[3],
    )
    currency: Annotated[
        sales.Currency,
        Field(
            description="ISO 4217 code. Only revenue in this currency counts, since amounts in "
            "several cannot be added; the currency of most orders if not given."
        ),
    ]

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if self.start_id is not None and self.source_id is not None:
            raise ValueError("give start_id or source_id, not both")
        return self


def _statement(parameters: RelationshipAnalysisParameters) -> Statement:
    followed = parameters.relationship_type
    has_start = (parameters.start_id or parameters.source_id) is not None
    values = {
        "entity": parameters.entity,
        "has_start": has_start,
        "start_id": parameters.start_id,
        "source_id": parameters.source_id,
        "source_system": parameters.source_system,
        "relationship_type": None if followed == _ANY else followed,
        "is_up": parameters.direction is Direction.UP,
        "as_of": parameters.as_of,
        "max_depth": parameters.max_depth,
        "currency": parameters.currency,
    }
    trees = sql.SQL(_TREES).format(
        records=_records(parameters.entity),
        currency=sql.SQL(sales.CURRENCY),
        revenue=_revenue(parameters.entity, has_start=has_start),
    )
    return Statement(sql=trees.as_string(), values=values)


def _records(entity: Entity) -> sql.Composable:
    if entity is Entity.CUSTOMERS:
        return sql.SQL(_CUSTOMERS)
    return sql.SQL(_RECORDS).format(entity=sql.Identifier(entity))


def _revenue(entity: Entity, *, has_start: bool) -> sql.Composable:
    match entity:
        case Entity.CUSTOMERS:
            return sql.SQL(_THEIR_ORDERS if has_start else _ALL_ORDERS)
        case Entity.PRODUCTS:
            return sql.SQL(_LINES)
        case _:
            return sql.SQL(_NO_REVENUE)


OPERATION = Operation(
    name="relationship_analysis",
    description="Hierarchies of customers, products and other records along their relationships: "
    "one tree below each start, with depth, path, counts and revenue rolled up. A record that can "
    "be reached in several ways stands once below each start, where it is nearest (of equally near "
    "places below the lowest id), so that nothing is added twice and rings end. Drafts, cancelled "
    "and refunded orders are no revenue; amounts in different currencies are never added.",
    parameters=RelationshipAnalysisParameters,
    columns=(
        Column(name="root_id", description="The start that the row's tree hangs from."),
        Column(name="id", description="The record; of a unified customer the lowest of its ids."),
        Column(name="name", description="Its name, or its number."),
        Column(name="source_systems", description="Systems that know it."),
        Column(name="depth", description="Steps from the start, which is 0."),
        Column(name="parent_id", description="The record above it on the path; null at the start."),
        Column(name="path", description="Ids from the start to the record, both included."),
        Column(
            name="relationship_types",
            description="What joins it to parent_id; null at the start.",
        ),
        Column(name="children", description="Records that it leads to directly, shown or not."),
        Column(name="descendants", description="Records in the tree below it."),
        Column(
            name="parents",
            description="Records that lead to it directly, whether in this tree or not. With more "
            "than one the record may stand in several trees.",
        ),
        sales_columns.CURRENCY,
        Column(
            name="revenue",
            description="Its own: of a customer the totals of its orders in all systems, of a "
            "product those of its order lines, of others 0.",
        ),
        Column(
            name="revenue_with_below",
            description="Its own and that of all in the tree below it.",
        ),
        Column(name="is_cycle", description="Whether it leads back to a record on its path."),
        Column(name="cycle_to_id", description="That record; the lowest id if there are several."),
        Column(name="is_cut", description="Whether it leads to records beyond max_depth."),
        Column(
            name="is_partial",
            description="Whether it or something below it is cut, so that its sums lack a part.",
        ),
    ),
    statement=_statement,
)
