"""Order with its OrderItems: orders and their items.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_order.htm
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import NO_ATTRIBUTES, Order, OrderItem
from data_pipeline.sources import fields
from data_pipeline.sources.edges import Edge, End, relationship
from data_pipeline.sources.fields import Text
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, keep
from data_pipeline.sources.salesforce import ids, subqueries
from data_pipeline.sources.salesforce.records import ABSENT, SYSTEM, Id, Record, deletable
from data_pipeline.sources.source import Mapper, Origin, Outcome, Rejected

# The status is a label that each organisation chooses; it stands in one of two groups.
# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_orderstatus.htm
_STATUS_OF_GROUP: Final = {"draft": "draft", "activated": "open"}
_STATUS_OF_LABEL: Final = fields.words(
    "open", "processing", "shipped", "completed", "cancelled", "refunded",
    canceled="cancelled", delivered="completed", fulfilled="completed",
)  # fmt: skip


class _Order(Record, kw_only=True, gc=False):
    effective_date: date
    order_number: Text | None = None
    account_id: Id | None = None
    opportunity_id: Id | None = None
    status: Text | None = None
    status_code: Text | None = None
    total_amount: Decimal | None = None
    original_order_id: Id | None = None
    order_items: Raw = ABSENT


class _Product(Struct, gc=False, rename="pascal"):
    product_code: Text | None = None
    stock_keeping_unit: Text | None = None
    name: Text | None = None


class _OrderItem(Record, kw_only=True, gc=False):
    order_id: Id | None = None
    order_item_number: Text | None = None
    product2_id: Id | None = None
    product2: _Product | None = None
    description: Text | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    total_price: Decimal | None = None


_ORDER: Final = RecordDecoder(_Order, kept=("Status", "StatusCode"))
_ITEM: Final = RecordDecoder(_OrderItem, kept=("Product2",))

_MONEY_OF_ITEM: Final = ("UnitPrice", "TotalPrice")


def _order(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _ORDER.decode_all(raw)
    source_id, updated_at = ids.required("Id", record.id), record.updated_at(origin)
    currency = record.currency(origin)
    total = fields.computed("TotalAmount", record.total_amount)
    items = subqueries.subquery("OrderItems", record.order_items, "OrderItem", ITEM_MAPPER)
    unsaid = ["TotalAmount"] if total is not None and currency is None else []
    account_id = ids.optional("AccountId", record.account_id)
    # An item's amounts are in the order's currency.
    within = msgspec.structs.replace(origin.of(source_id, updated_at), default_currency=currency)
    lines = list(subqueries.outcomes([items], within))
    yield Order(
        source_id=source_id,
        source_created_at=fields.instant(record.created_date),
        source_updated_at=updated_at,
        attributes=subqueries.with_pages(keep(attributes, raw, unsaid), [items]),
        customer_source_id=account_id or origin.parent_source_id,
        opportunity_source_id=ids.optional("OpportunityId", record.opportunity_id),
        order_number=fields.text(record.order_number),
        status=_status(record),
        ordered_at=datetime.combine(record.effective_date, time(), UTC),
        currency=currency,
        total=total if currency else None,
        lines_complete=_are_complete(record, items, lines),
    )
    original = ids.optional("OriginalOrderId", record.original_order_id)
    if original is not None:
        edge = Edge("reduces", End("orders", source_id), End("orders", original))
        key = f"reduces:{source_id}"
        yield relationship(SYSTEM, edge, updated_at, source_id=key)
    yield from lines


def _are_complete(record: _Order, items: subqueries.Subquery, lines: list[Outcome]) -> bool:
    """Whether they were selected with it, all on one page, and none breaks a rule."""
    is_selected = bytes(record.order_items) != bytes(ABSENT) and items.rest == NO_ATTRIBUTES
    return is_selected and not any(isinstance(line, Rejected) for line in lines)


def _status(record: _Order) -> str | None:
    label = (fields.text(record.status) or "").lower()
    group = (fields.text(record.status_code) or "").lower()
    in_group = _STATUS_OF_GROUP.get(group) or _STATUS_OF_GROUP.get(label)
    return _STATUS_OF_LABEL.get(label) or in_group


def _item(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _ITEM.decode_all(raw)
    currency = record.currency(origin)
    order_id = ids.optional("OrderId", record.order_id) or origin.parent_source_id
    if order_id is None:
        raise InvalidRecord("required", "OrderId", "Expected the id of the order")
    unit_price = fields.computed("UnitPrice", record.unit_price)
    total = fields.computed("TotalPrice", record.total_price)
    product = record.product2 or _Product()
    yield OrderItem(
        source_id=ids.required("Id", record.id),
        source_created_at=fields.instant(record.created_date),
        source_updated_at=_valid_at(record, origin),
        attributes=attributes if currency else keep(attributes, raw, _MONEY_OF_ITEM),
        order_source_id=order_id,
        product_source_id=ids.optional("Product2Id", record.product2_id),
        line_number=_line_number(record.order_item_number),
        sku=fields.text(product.stock_keeping_unit) or fields.text(product.product_code),
        description=fields.text(record.description) or fields.text(product.name),
        quantity=fields.computed("Quantity", record.quantity),
        currency=currency,
        unit_price=unit_price if currency else None,
        total=total if currency else None,
    )


def _valid_at(item: _OrderItem, origin: Origin) -> datetime:
    """An item in its order's record is what it was when the order changed last."""
    updated_at = item.updated_at(origin)
    return max(updated_at, origin.as_of) if origin.parent_source_id else updated_at


def _line_number(number: str | None) -> int | None:
    """Salesforce numbers items with leading zeros."""
    digits = fields.text(number)
    if digits is None:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise InvalidRecord("type", "OrderItemNumber", f"Expected a number, not {number!r}")
    return int(digits)


ITEM_MAPPER: Final[Mapper] = deletable(OrderItem, "order_items", _item)
MAPPER: Final[Mapper] = deletable(Order, "orders", _order)
