"""Line items: items of the deal that they belong to. HubSpot has no order between the two.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/line-items/guide
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from data_pipeline.canonical.entities import OrderItem
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Text
from data_pipeline.sources.hubspot import values
from data_pipeline.sources.hubspot.records import Opened, Opener, Properties, deletable
from data_pipeline.sources.records import InvalidRecord
from data_pipeline.sources.source import Mapper, Origin, Outcome


class _LineItem(Properties, kw_only=True, gc=False):
    hs_product_id: Text | None = None
    hs_sku: Text | None = None
    name: Text | None = None
    hs_position_on_quote: Text | None = None
    quantity: Text | None = None
    price: Text | None = None
    hs_total_discount: Text | None = None
    discount: Text | None = None
    hs_discount_percentage: Text | None = None
    hs_tax_amount: Text | None = None
    amount: Text | None = None
    hs_line_item_currency_code: Text | None = None


_MONEY: Final = ("price", "hs_total_discount", "hs_tax_amount", "amount")

# How much of a discount is on each piece, no column says.
_OPENER: Final = Opener(
    "line_items",
    _LineItem,
    kept=("discount", "hs_discount_percentage"),
    associated=("deals",),
)


def _line_item(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record = _OPENER.open(raw, origin)
    item = record.properties
    code = item.hs_line_item_currency_code
    currency = fields.currency("properties.hs_line_item_currency_code", code)
    currency = currency or origin.default_currency
    money = {name: values.number(f"properties.{name}", getattr(item, name)) for name in _MONEY}
    quantity = values.number("properties.quantity", item.quantity)
    discount = _discount(item, money, quantity)
    yield OrderItem(
        source_id=record.source_id,
        source_created_at=record.created_at,
        source_updated_at=record.updated_at,
        attributes=record.attributes([] if currency else _MONEY),
        opportunity_source_id=_deal(record),
        product_source_id=fields.text(item.hs_product_id),
        line_number=values.count("properties.hs_position_on_quote", item.hs_position_on_quote),
        sku=fields.text(item.hs_sku),
        description=fields.text(item.name),
        quantity=quantity,
        currency=currency,
        unit_price=money["price"] if currency else None,
        discount=discount if currency else None,
        tax=money["hs_tax_amount"] if currency else None,
        total=money["amount"] if currency else None,
    )


def _deal(record: Opened[_LineItem]) -> str:
    deals = record.associations.of("deals")
    if deals:
        return deals[0].source_id
    message = (
        "Expected the deal that the line item belongs to: request it with associations=deals "
        "(a line item of a quote alone has none)"
    )
    raise InvalidRecord("required", "associations.deals", message)


def _discount(
    item: _LineItem, money: dict[str, Decimal | None], quantity: Decimal | None
) -> Decimal | None:
    """Of the whole line: HubSpot computes it, or it follows from that of each piece."""
    if money["hs_total_discount"] is not None:
        return money["hs_total_discount"]
    each = values.number("properties.discount", item.discount)
    percent = values.number("properties.hs_discount_percentage", item.hs_discount_percentage)
    if quantity is None:
        return None
    if each is not None:
        return fields.computed("properties.discount", each * quantity)
    if percent is None or money["price"] is None:
        return None
    discount = money["price"] * quantity * percent / 100
    return fields.computed("properties.hs_discount_percentage", discount)


MAPPER: Final[Mapper] = deletable(OrderItem, _line_item)
