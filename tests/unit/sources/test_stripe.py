import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Customer,
    Entity,
    Invoice,
    Order,
    Product,
    Relationship,
)
from data_pipeline.sources.source import Rejected
from tests.unit.sources.files import example, read, read_all, refusal
from tests.unit.sources.outcomes import WRITTEN_AT, attributes

KEY = "stripe-data/page.json"

CHARGE: dict[str, Any] = {
    "id": "ch_1",
    "object": "charge",
    "created": 1767900000,
    "currency": "usd",
    "amount": 2000,
    "amount_refunded": 0,
    "captured": True,
    "refunded": False,
    "status": "succeeded",
    "customer": "cus_1",
}


def invoice(**changes: object) -> dict[str, Any]:
    paid: dict[str, Any] = json.loads(example("stripe/invoices_list.json"))["data"][0]
    return paid | changes


def price(**changes: object) -> dict[str, Any]:
    return {"id": "price_1", "object": "price", "currency": "usd", "product": "prod_1"} | changes


def one[E: Entity](kind: type[E], record: object) -> E:
    (found,) = read_all(kind, record, KEY).values()
    return found


def test_customers_are_mapped_from_a_list() -> None:
    customers = read_all(Customer, example("stripe/customers_list.json"), KEY)
    customer = customers["cus_QaNordlicht01"]
    assert (customer.name, customer.email, customer.phone) == (
        "Nordlicht Pumpen GmbH",
        "Billing@nordlicht-pumpen.example",
        "+494315550123",
    )
    assert (customer.street, customer.city, customer.region) == ("Hafenstraße 12", "Kiel", None)
    assert (customer.postal_code, customer.country) == ("24103", "DE")
    assert customer.source_created_at == datetime(2025, 1, 1, 10, tzinfo=UTC)


def test_list_of_a_search_is_a_list() -> None:
    assert list(read_all(Customer, example("stripe/customers_search.json"), KEY)) == [
        "cus_QaNordlicht01"
    ]


def test_invoice_of_more_lines_than_its_page_shows_says_so_and_bills_what_is_shown() -> None:
    page = json.loads(example("stripe/invoices_list.json"))
    (cut,) = (each for each in page["data"] if each["lines"]["has_more"])
    invoice, *edges = read(cut, KEY)
    assert isinstance(invoice, Invoice)
    assert attributes(invoice)["lines"] == cut["lines"]
    bills = [
        edge.to_source_id
        for edge in edges
        if isinstance(edge, Relationship) and edge.relationship_type == "bills"
    ]
    assert bills == [
        line["pricing"]["price_details"]["price"] for line in cut["lines"]["data"]
    ] != []  # fmt: skip


def test_order_of_versions_is_when_the_record_was_seen_and_not_when_it_was_created() -> None:
    customers = read_all(Customer, example("stripe/customers_list.json"), KEY)
    products = read_all(Product, example("stripe/products_list.json"), KEY)
    stamps = {each.source_updated_at for each in (*customers.values(), *products.values())}
    assert stamps == {WRITTEN_AT}
    assert attributes(products["prod_QaNx200"])["updated"] == 1767950000


def test_customer_without_a_name_is_called_by_what_it_has() -> None:
    customers = read_all(Customer, example("stripe/customers_list.json"), KEY)
    anonymous = customers["cus_QaAnon02"]
    assert (anonymous.name, anonymous.email, anonymous.street) == ("guest checkout", None, None)
    assert attributes(anonymous)["delinquent"] is True
    assert one(Customer, {"id": "cus_2", "object": "customer", "name": None}).name == "cus_2"


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ({"business_name": "Acme Ltd"}, "company"),
        ({"individual_name": "Ann"}, "person"),
        ({}, None),
    ],
)
def test_kind_of_customer_is_told_by_the_name_that_it_has(
    names: dict[str, str], kind: str | None
) -> None:
    customer = one(Customer, {"id": "cus_3", "object": "customer", "email": "a@b.example"} | names)
    assert customer.customer_type == kind


def test_ids_in_other_systems_are_declared_in_metadata() -> None:
    customer = read_all(Customer, example("stripe/customers_list.json"), KEY)["cus_QaNordlicht01"]
    assert json.loads(customer.external_ids) == {"salesforce": "0015g00000QxT1aAAF"}
    assert attributes(customer)["metadata"]["sap_customer"] == "104711"


def test_number_of_sap_is_declared_without_the_zeros_before_it() -> None:
    record = {"id": "cus_1", "object": "customer", "metadata": {"sap_customer_no": "0000104711"}}
    assert json.loads(one(Customer, record).external_ids) == {"sap": "104711"}


def test_expanded_tax_id_is_the_customers() -> None:
    record = {"id": "cus_4", "object": "customer", "tax_ids": {"object": "list", "data": [
        {"object": "tax_id", "type": "eu_vat", "value": "DE811223344"}]}}  # fmt: skip
    assert one(Customer, record).tax_id == "DE811223344"


def test_fields_without_a_column_stay_in_the_attributes() -> None:
    customer = read_all(Customer, example("stripe/customers_list.json"), KEY)["cus_QaTest03"]
    kept = attributes(customer)
    assert kept["livemode"] is False
    assert kept["invoice_settings"]["footer"] is None
    assert not {"id", "name", "email", "phone", "created"} & set(kept)


def test_product_is_mapped_with_its_expanded_price() -> None:
    products = read_all(Product, example("stripe/products_list.json"), KEY)
    pump, plan, old = (products[f"prod_Qa{each}"] for each in ("Nx200", "Plan", "Old"))
    assert (pump.name, pump.sku, pump.category) == ("Pump NX-200", "NX-200", "service")
    assert (pump.unit_price, pump.unit_price_currency) == (Decimal("1890.00"), "EUR")
    assert pump.description == "Centrifugal pump"
    assert (plan.unit_price, attributes(plan)["default_price"]) == (None, "price_1PgPlanMonthly")
    assert old.status == "inactive"


def test_price_is_a_product_of_its_own_and_a_variant() -> None:
    made = read_all(Entity, example("stripe/prices_list.json"), KEY)
    edge = made["variant_of:price_1PgApiCall"]
    assert isinstance(edge, Relationship)
    assert (edge.relationship_type, edge.from_source_id, edge.to_source_id) == (
        "variant_of",
        "price_1PgApiCall",
        "prod_QaPlan",
    )
    stub = made["variant_of:price_1PgGone"]
    assert isinstance(stub, Relationship)
    assert stub.to_source_id == "prod_QaGone"
    assert (edge.from_entity, edge.to_entity) == ("products", "products")


def test_price_is_named_by_its_expanded_product_and_its_nickname() -> None:
    product = {"id": "prod_1", "object": "product", "name": "Plan"}
    assert one(Product, price(nickname="Monthly", product=product)).name == "Plan - Monthly"
    assert one(Product, price(lookup_key="plan_m")).name == "plan_m"
    assert one(Product, price()).name == "price_1"
    assert attributes(one(Product, price(product=product)))["product"]["name"] == "Plan"


def test_part_of_the_smallest_unit_is_an_exact_price() -> None:
    prices = read_all(Product, example("stripe/prices_list.json"), KEY)
    assert prices["price_1PgApiCall"].unit_price == Decimal("0.005")
    assert one(Product, price(unit_amount_decimal="0.000000000001")).unit_price == Decimal("1E-14")


def test_tiered_price_has_no_unit_price() -> None:
    prices = read_all(Product, example("stripe/prices_list.json"), KEY)
    assert prices["price_1PgTier"].unit_price is None
    assert attributes(prices["price_1PgTier"])["tiers_mode"] == "graduated"


def test_deleted_stub_is_a_deletion() -> None:
    (deleted,) = read_all(Customer, example("stripe/customer_deleted.json"), KEY).values()
    assert deleted.source_id == "cus_QaAnon02"
    assert deleted.deleted_at == deleted.source_updated_at == WRITTEN_AT


@pytest.mark.parametrize(
    ("kind", "entity"), [("product", Product), ("price", Product), ("invoice", Invoice)]
)
def test_other_deleted_stubs(kind: str, entity: type[Entity]) -> None:
    (deleted,) = read_all(entity, {"id": "x_1", "object": kind, "deleted": True}, KEY).values()
    assert (type(deleted), deleted.deleted_at) == (entity, WRITTEN_AT)


def test_event_is_what_it_is_about_at_its_time() -> None:
    made = read(example("stripe/events_list.json"), KEY)
    updated = made[0]
    assert isinstance(updated, Customer)
    assert updated.phone == "+494315550999"
    assert updated.source_updated_at == datetime(2026, 1, 9, 20, 20, tzinfo=UTC)


def test_event_of_a_deletion_has_the_whole_record_and_deletes_it() -> None:
    deleted = read(example("stripe/events_list.json"), KEY)[1]
    assert isinstance(deleted, Customer)
    assert deleted.source_id == "cus_QaAnon02"
    assert deleted.deleted_at == datetime(2026, 1, 9, 20, 28, 20, tzinfo=UTC)


def test_deletion_of_something_else_of_a_customer_does_not_delete_it() -> None:
    event = {
        "id": "evt_1", "object": "event", "created": 1767990000, "type": "customer.source.deleted",
        "data": {"object": {"id": "cus_1", "object": "customer", "name": "Ann"}},
    }  # fmt: skip
    assert one(Customer, event).deleted_at is None


def test_event_of_a_kind_without_a_table_is_refused_by_name() -> None:
    refused = read(example("stripe/events_list.json"), KEY)[2]
    assert isinstance(refused, Rejected)
    assert (refused.rule, refused.path) == ("record_type", "events[].data.object.object")
    assert "'subscription'" in refused.message


def test_bad_record_within_an_event_is_refused_there() -> None:
    event = {"id": "evt_1", "object": "event", "created": 1767990000, "type": "charge.succeeded",
             "data": {"object": CHARGE | {"amount": "many"}}}  # fmt: skip
    refused = refusal(event, KEY)
    assert (refused.record_type, refused.path) == ("charges", "events[].data.object.amount")
    assert '"many"' in refused.message


def test_one_file_may_hold_several_kinds() -> None:
    records = [CHARGE, invoice(lines=None), price(), {"id": "cus_1", "object": "customer"}]
    made = read(records, KEY)
    assert {type(each) for each in made} == {Order, Invoice, Product, Relationship, Customer}


def test_lines_of_ndjson_are_records() -> None:
    text = "\n".join(json.dumps(CHARGE | {"id": f"ch_{number}"}) for number in range(3))
    assert list(read_all(Order, text.encode(), "billing-data/charges.ndjson")) == [
        "ch_0",
        "ch_1",
        "ch_2",
    ]


@pytest.mark.parametrize(
    ("changes", "path", "rule", "shown"),
    [
        ({"amount": 12.5}, "charges[].amount", "type", "12.5"),
        ({"amount": None}, "charges[].amount", "required", "not null"),
        ({"currency": "xyz"}, "charges[].currency", "enumeration", "'xyz'"),
        ({"status": "lost"}, "charges[].status", "enumeration", "'lost'"),
        ({"created": -1}, "charges[].created", "range", "-1"),
        ({"amount": 10**18}, "charges[].amount", "range", "10000000000000000"),
        ({"object": "payout"}, "object", "record_type", "'payout'"),
    ],
)
def test_refusal_names_field_rule_and_value(
    changes: dict[str, object], path: str, rule: str, shown: str
) -> None:
    refused = refusal(CHARGE | changes, KEY)
    assert refused.path.endswith(path)
    assert refused.rule == rule
    assert shown in refused.message


def test_bad_address_of_e_mail_is_refused() -> None:
    refused = refusal({"id": "cus_1", "object": "customer", "email": "nobody"}, KEY)
    assert (refused.path, refused.rule) == ("customers[].email", "format")
    assert '"nobody"' in refused.message
