"""The entities that every source is mapped to.

Field names are the columns of the entity's table. An entity without its business fields and with
`deleted_at` is a deletion: what is stored stays as it is and is marked.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NewType

from msgspec import Struct

from data_pipeline.canonical.names import name_key
from data_pipeline.canonical.phones import phone_key

JsonText = NewType("JsonText", str)
"""The text of a JSON object, passed on as it came without being decoded."""

NO_ATTRIBUTES = JsonText("{}")


class Entity(Struct, kw_only=True, gc=False, array_like=True):
    """What all entities have. As JSON, one is the array of its values in the order of its fields.

    `source_updated_at` orders the versions of a record: when its source changed it or, for a
    source that does not say, when the file was written. `attributes` holds whatever the source
    has beyond the fields here.
    """

    source_id: str
    source_updated_at: datetime
    source_created_at: datetime | None = None
    deleted_at: datetime | None = None
    attributes: JsonText = NO_ATTRIBUTES


class Customer(Entity, kw_only=True, gc=False):
    """A company, or a person who buys. `external_ids` maps source systems to its ids there.

    What other systems' customers are found by follows from other fields: `phone_key` from `phone`
    and `country`, `name_key` from `name`.
    """

    customer_type: str | None = None
    name: str | None = None
    legal_name: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    industry: str | None = None
    segment: str | None = None
    status: str | None = None
    tax_id: str | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    employee_count: int | None = None
    annual_revenue: Decimal | None = None
    annual_revenue_currency: str | None = None
    credit_limit: Decimal | None = None
    credit_limit_currency: str | None = None
    external_ids: JsonText = NO_ATTRIBUTES
    phone_key: str | None = None
    name_key: str | None = None

    def __post_init__(self) -> None:
        """Works out what follows from other fields."""
        if self.phone is not None:
            self.phone_key = phone_key(self.phone, self.country)
        if self.name is not None:
            self.name_key = name_key(self.name)


class Contact(Entity, kw_only=True, gc=False):
    """A person at a customer."""

    customer_source_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    department: str | None = None
    is_primary: bool | None = None
    country: str | None = None
    external_ids: JsonText = NO_ATTRIBUTES


class Product(Entity, kw_only=True, gc=False):
    """Something that is sold."""

    sku: str | None = None
    name: str | None = None
    description: str | None = None
    category: str | None = None
    brand: str | None = None
    status: str | None = None
    unit_of_measure: str | None = None
    unit_price: Decimal | None = None
    unit_price_currency: str | None = None
    external_ids: JsonText = NO_ATTRIBUTES


class Opportunity(Entity, kw_only=True, gc=False):
    """A sale that may come about. `probability` is in percent."""

    customer_source_id: str | None = None
    contact_source_id: str | None = None
    name: str | None = None
    stage: str | None = None
    status: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    probability: Decimal | None = None
    expected_close_date: date | None = None
    closed_at: datetime | None = None
    owner_name: str | None = None
    lead_source: str | None = None


class Order(Entity, kw_only=True, gc=False):
    """What a customer ordered. `total` = `subtotal` - `discount` + `tax` + `shipping`.

    `refunded` is what was given back so far, whatever became of `total`. `lines_complete` says that
    the record came with all of its lines: those that it does not have are gone.
    """

    customer_source_id: str | None = None
    opportunity_source_id: str | None = None
    order_number: str | None = None
    status: str | None = None
    channel: str | None = None
    ordered_at: datetime | None = None
    currency: str | None = None
    subtotal: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    shipping: Decimal | None = None
    total: Decimal | None = None
    refunded: Decimal | None = None
    lines_complete: bool | None = None


class OrderItem(Entity, kw_only=True, gc=False):
    """A line of an order or of an opportunity. `total` is after discount and before tax."""

    order_source_id: str | None = None
    opportunity_source_id: str | None = None
    product_source_id: str | None = None
    line_number: int | None = None
    sku: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    currency: str | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None


class Invoice(Entity, kw_only=True, gc=False):
    """What a customer was asked to pay, and what it paid of it."""

    customer_source_id: str | None = None
    order_source_id: str | None = None
    invoice_number: str | None = None
    status: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    paid_at: datetime | None = None
    currency: str | None = None
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    amount_paid: Decimal | None = None


class Relationship(Entity, kw_only=True, gc=False):
    """A typed edge between any two entities; an entity is named by its table."""

    relationship_type: str | None = None
    from_entity: str | None = None
    from_source_system: str | None = None
    from_source_id: str | None = None
    to_entity: str | None = None
    to_source_system: str | None = None
    to_source_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
