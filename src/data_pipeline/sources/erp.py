"""The generic ERP export: customers, items that are sold, orders with their lines, and invoices.

A file is an envelope of collections (`{"orders": […], "items": […]}`), or bare records that are
told apart by the number that only their kind has: `invoice_no`, `order_no`, `item_no` or
`customer_no`. Money is in plain fields, with the record's `currency` beside them.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct

from data_pipeline.canonical.codes import CountryCode, CurrencyCode
from data_pipeline.canonical.entities import Customer, Invoice, Order, OrderItem, Product
from data_pipeline.sources import fields
from data_pipeline.sources.deletion import deletable
from data_pipeline.sources.fields import Count, Email, Id, Name, Text
from data_pipeline.sources.records import InvalidRecord, RecordDecoder
from data_pipeline.sources.source import Mapper, Origin, Outcome, Source

SYSTEM: Final = "erp"

_ORDER_STATUSES: Final = fields.words(
    "draft", "open", "processing", "shipped", "completed", "cancelled", "refunded",
    canceled="cancelled", delivered="completed", confirmed="open", returned="refunded",
)  # fmt: skip
_INVOICE_STATUSES: Final = fields.words(
    "draft", "open", "paid", "overdue", "void", "uncollectible",
    cancelled="void", canceled="void", issued="open", sent="open",
)  # fmt: skip


class _Record(Struct, kw_only=True, gc=False):
    created_at: datetime | None = None
    changed_at: datetime | None = None
    deleted: bool = False


class _Customer(_Record, kw_only=True, gc=False):
    customer_no: Id
    company_name: Name
    legal_name: Text | None = None
    email: Email | None = None
    telephone: Text | None = None
    website: Text | None = None
    industry: Text | None = None
    customer_group: Text | None = None
    vat_id: Text | None = None
    street: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip: Text | None = None
    country: CountryCode | None = None
    currency: CurrencyCode | None = None
    credit_limit: Decimal | None = None
    blocked: bool | None = None
    crm_id: Id | None = None


class _Item(_Record, kw_only=True, gc=False):
    item_no: Id
    name: Name
    description: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    unit: Text | None = None
    list_price: Decimal | None = None
    currency: CurrencyCode | None = None
    active: bool | None = None


class _Line(Struct, kw_only=True, gc=False):
    line_no: Count
    item_no: Id | None = None
    description: Text | None = None
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal | None = None
    tax: Decimal | None = None
    net: Decimal


class _Order(_Record, kw_only=True, gc=False):
    order_no: Id
    customer_no: Id | None = None
    order_date: str
    status: str | None = None
    channel: Text | None = None
    currency: CurrencyCode
    net: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    freight: Decimal | None = None
    gross: Decimal
    lines: list[Raw] | None = None


class _Invoice(_Record, kw_only=True, gc=False):
    invoice_no: Id
    order_no: Id | None = None
    customer_no: Id | None = None
    invoice_date: date
    due_date: date | None = None
    paid_at: datetime | None = None
    status: str | None = None
    currency: CurrencyCode
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal
    paid: Decimal | None = None


_ABSENT: Final = Raw(b"")


class _Bare(Struct, gc=False):
    invoice_no: Raw = _ABSENT
    order_no: Raw = _ABSENT
    item_no: Raw = _ABSENT
    customer_no: Raw = _ABSENT


_NO_NUMBER: Final = (b"", b"null")

_CUSTOMER: Final = RecordDecoder(_Customer)
_ITEM: Final = RecordDecoder(_Item)
_ORDER: Final = RecordDecoder(_Order)
_LINE: Final = RecordDecoder(_Line)
_INVOICE: Final = RecordDecoder(_Invoice)
_BARE: Final = RecordDecoder(_Bare)


def _customer(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _CUSTOMER.decode_all(raw)
    crm_id = fields.optional_identifier(record.crm_id)
    yield Customer(
        source_id=fields.identifier(record.customer_no),
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.changed_at) or origin.as_of,
        attributes=attributes,
        customer_type="company",
        name=fields.required_text("company_name", record.company_name),
        legal_name=fields.text(record.legal_name),
        email=fields.text(record.email),
        phone=fields.text(record.telephone),
        website=fields.text(record.website),
        industry=fields.text(record.industry),
        segment=fields.text(record.customer_group),
        status="inactive" if record.blocked else "active",
        tax_id=fields.text(record.vat_id),
        street=fields.text(record.street),
        city=fields.text(record.city),
        region=fields.text(record.state),
        postal_code=fields.text(record.zip),
        country=record.country,
        credit_limit=fields.money("credit_limit", record.credit_limit, record.currency),
        credit_limit_currency=record.currency,
        external_ids=fields.external_ids({"crm": crm_id} if crm_id else {}),
    )


def _item(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _ITEM.decode_all(raw)
    item_no = fields.identifier(record.item_no)
    yield Product(
        source_id=item_no,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.changed_at) or origin.as_of,
        attributes=attributes,
        sku=item_no,
        name=fields.required_text("name", record.name),
        description=fields.text(record.description),
        category=fields.text(record.category),
        brand=fields.text(record.brand),
        status="inactive" if record.active is False else "active",
        unit_of_measure=fields.text(record.unit),
        unit_price=fields.money("list_price", record.list_price, record.currency),
        unit_price_currency=record.currency,
    )


def _order(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _ORDER.decode_all(raw)
    order_no = fields.identifier(record.order_no)
    order = Order(
        source_id=order_no,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.changed_at) or origin.as_of,
        attributes=attributes,
        customer_source_id=fields.optional_identifier(record.customer_no),
        order_number=order_no,
        status=fields.choice("status", record.status, _ORDER_STATUSES),
        channel=fields.text(record.channel),
        ordered_at=fields.moment("order_date", record.order_date),
        currency=record.currency,
        subtotal=fields.amount("net", record.net),
        discount=fields.amount("discount", record.discount),
        tax=fields.amount("tax", record.tax),
        shipping=fields.amount("freight", record.freight),
        total=fields.amount("gross", record.gross),
        lines_complete=record.lines is not None,
    )
    # An order is one document: with a line that breaks a rule its totals are not to be trusted.
    items = [_order_item(line, index, order) for index, line in enumerate(record.lines or [])]
    yield order
    yield from items


def _order_item(raw: Raw, index: int, order: Order) -> OrderItem:
    path = f"lines[{index}]"
    line, attributes = _LINE.decode_all(bytes(raw), path=path)
    item_no = fields.optional_identifier(line.item_no)
    return OrderItem(
        source_id=f"{order.source_id}/{line.line_no}",
        source_created_at=order.source_created_at,
        source_updated_at=order.source_updated_at,
        attributes=attributes,
        order_source_id=order.source_id,
        product_source_id=item_no,
        line_number=line.line_no,
        sku=item_no,
        description=fields.text(line.description),
        quantity=fields.amount(f"{path}.quantity", line.quantity),
        currency=order.currency,
        unit_price=fields.amount(f"{path}.unit_price", line.unit_price),
        discount=fields.amount(f"{path}.discount", line.discount),
        tax=fields.amount(f"{path}.tax", line.tax),
        total=fields.amount(f"{path}.net", line.net),
    )


def _invoice(raw: bytes, origin: Origin) -> Iterator[Outcome]:
    record, attributes = _INVOICE.decode_all(raw)
    invoice_no = fields.identifier(record.invoice_no)
    yield Invoice(
        source_id=invoice_no,
        source_created_at=fields.instant(record.created_at),
        source_updated_at=fields.instant(record.changed_at) or origin.as_of,
        attributes=attributes,
        customer_source_id=fields.optional_identifier(record.customer_no),
        order_source_id=fields.optional_identifier(record.order_no),
        invoice_number=invoice_no,
        status=fields.choice("status", record.status, _INVOICE_STATUSES),
        issued_on=record.invoice_date,
        due_on=record.due_date,
        paid_at=fields.instant(record.paid_at),
        currency=record.currency,
        subtotal=fields.amount("net", record.net),
        tax=fields.amount("tax", record.tax),
        total=fields.amount("gross", record.gross),
        amount_paid=fields.amount("paid", record.paid),
    )


def _collection_of(raw: bytes, _key: str) -> str:
    record = _BARE.decode(raw)
    # An order names its customer and an invoice both, so the last in that chain comes first.
    for collection, number in (
        ("invoices", record.invoice_no),
        ("orders", record.order_no),
        ("items", record.item_no),
        ("customers", record.customer_no),
    ):
        if bytes(number) not in _NO_NUMBER:
            return collection
    raise InvalidRecord(
        "record_type", "", "Expected one of invoice_no, order_no, item_no or customer_no"
    )


MAPPERS: Final[dict[str, Mapper]] = {
    "customers": deletable(Customer, _customer, id_field="customer_no", updated_field="changed_at"),
    "items": deletable(Product, _item, id_field="item_no", updated_field="changed_at"),
    "orders": deletable(Order, _order, id_field="order_no", updated_field="changed_at"),
    "invoices": deletable(Invoice, _invoice, id_field="invoice_no", updated_field="changed_at"),
}

SOURCE: Final = Source(
    name=SYSTEM,
    mappers=MAPPERS,
    collection_of=_collection_of,
    record_fields=frozenset({"invoice_no", "order_no", "item_no", "customer_no"}),
)
