"""SAP's A_SalesOrder with its items, in version 2 (API_SALES_ORDER_SRV) and 4 (API_SALESORDER).

https://api.sap.com/api/API_SALES_ORDER_SRV/resource, https://api.sap.com/api/CE_SALESORDER_0001.
Amounts are in units of their currency, whatever its decimals: SAP Gateway converts them.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Raw, Struct

from data_pipeline.canonical.entities import Order, OrderItem
from data_pipeline.sources import fields
from data_pipeline.sources.fields import Id, Text
from data_pipeline.sources.records import InvalidRecord, RecordDecoder, keep
from data_pipeline.sources.sap import odata
from data_pipeline.sources.sap.items import order_item
from data_pipeline.sources.sap.odata import Results, expanded
from data_pipeline.sources.source import Origin, Outcome

# Version 4 says beside a navigation that it goes on elsewhere.
_NEXT_PAGE: Final = b'Item@odata.nextLink"'

_PROCESS: Final = {"A": "open", "B": "processing", "C": "completed"}
# Of the rejection A says that nothing is rejected.
_REJECTION: Final = {"A": "none", "B": "some", "C": "all"}
_DELIVERY: Final = {"A": "none", "B": "some", "C": "all"}


class _Order(Struct, rename="pascal", kw_only=True, gc=False):
    sales_order: Id
    sold_to_party: str | int | None = None
    distribution_channel: Text | None = None
    sales_order_date: str | None = None
    creation_date: str | None = None
    creation_time: str | None = None
    last_change_date: str | None = None
    last_change_date_time: str | None = None
    total_net_amount: Decimal | None = None
    transaction_currency: str | None = None
    process_status: str | None = msgspec.field(name="OverallSDProcessStatus", default=None)
    rejection_status: str | None = msgspec.field(name="OverallSDDocumentRejectionSts", default=None)
    overall_total_delivery_status: str | None = None
    overall_delivery_status: str | None = None
    to_item: list[Raw] | Results[Raw] | None = msgspec.field(name="to_Item", default=None)
    item: list[Raw] | Results[Raw] | None = msgspec.field(name="_Item", default=None)


_ORDER: Final = RecordDecoder(
    _Order,
    kept=("SalesOrderDate", "CreationDate", "CreationTime", "LastChangeDate",
          "LastChangeDateTime", "OverallSDProcessStatus", "OverallSDDocumentRejectionSts",
          "OverallTotalDeliveryStatus", "OverallDeliveryStatus"),
)  # fmt: skip


def order(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    """An order is one document: with an item that breaks a rule its total is not to be trusted."""
    record, attributes = _ORDER.decode_all(raw)
    number = odata.required_key("SalesOrder", record.sales_order)
    currency = odata.currency(record.transaction_currency) or (
        None if fields.text(record.transaction_currency) else origin.default_currency
    )
    if currency is None:
        attributes = keep(attributes, raw, ["TotalNetAmount", "TransactionCurrency"])
    created_at = odata.moment("CreationDate", record.creation_date, record.creation_time)
    changes = (
        odata.moment("LastChangeDateTime", record.last_change_date_time),
        odata.moment("LastChangeDate", record.last_change_date),
    )
    ordered_at = odata.moment("SalesOrderDate", record.sales_order_date) or created_at
    if ordered_at is None:
        raise InvalidRecord("required", "SalesOrderDate", "Expected SalesOrderDate or CreationDate")
    net = fields.priced("TotalNetAmount", record.total_net_amount, currency)
    row = Order(
        source_id=number,
        source_created_at=created_at,
        source_updated_at=odata.changed_at(changes, created_at, raw, origin),
        attributes=odata.data_of(attributes),
        customer_source_id=odata.key(record.sold_to_party),
        order_number=number,
        status=_status(record),
        channel=fields.text(record.distribution_channel),
        ordered_at=ordered_at,
        currency=currency,
        subtotal=net,
        total=net,
        lines_complete=_has_all_items(record, raw),
    )
    items = list(_items(record, row))
    yield row
    yield from items


def _items(record: _Order, row: Order) -> Iterator[OrderItem]:
    named = (("to_Item.results", record.to_item), ("_Item", record.item))
    for name, navigation in named:
        for index, raw in enumerate(expanded(navigation)):
            yield order_item(bytes(raw), row, path=f"{name}[{index}]")


def _has_all_items(record: _Order, raw: bytes) -> bool:
    is_there = odata.is_complete(record.to_item) or odata.is_complete(record.item)
    return is_there and _NEXT_PAGE not in raw


def _status(record: _Order) -> str | None:
    process = odata.code("OverallSDProcessStatus", record.process_status, _PROCESS)
    delivery = odata.code(
        "OverallDeliveryStatus",
        fields.text(record.overall_total_delivery_status) or record.overall_delivery_status,
        _DELIVERY,
    )
    rejection = odata.code("OverallSDDocumentRejectionSts", record.rejection_status, _REJECTION)
    if rejection == "all":
        return "cancelled"
    if process == "processing" and delivery == "all":
        return "shipped"
    # An empty code says that nothing is left to be processed.
    return "open" if process is None and record.process_status is not None else process
