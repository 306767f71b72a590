import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Customer,
    Entity,
    Order,
    OrderItem,
    Product,
    Relationship,
)
from data_pipeline.ingestion.unreadable import UnreadableFile
from tests.unit.sources.files import example, read, read_all, refusal, refusals
from tests.unit.sources.outcomes import WRITTEN_AT, attributes

KEY = "shopify-data/page.json"
PUMP = "820982911946154508"


def order(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example("shopify/orders.json"))["orders"][0]
    return first | changes


def product(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example("shopify/products.json"))["products"][0]
    return first | changes


def refund(**changes: object) -> dict[str, Any]:
    transaction = {"kind": "refund", "status": "success", "amount": "10.00", "currency": "USD"}
    return {"id": 1, "transactions": [transaction | changes]}


def test_customer_is_mapped_with_all_digits_of_its_id() -> None:
    customer = read_all(Customer, example("shopify/customers.json"), KEY)["706405506930370084"]
    assert (customer.name, customer.customer_type) == ("Jörg Petersen", "person")
    assert customer.email == "Joerg.Petersen@nordlicht-pumpen.example"
    assert (customer.phone, customer.status) == ("+494315550124", "active")
    assert (customer.street, customer.city, customer.region) == (
        "Hafenstraße 12",
        "Kiel",
        "Schleswig-Holstein",
    )
    assert (customer.postal_code, customer.country) == ("24103", "DE")
    assert customer.source_created_at == datetime(2025, 1, 2, 16, 27, tzinfo=UTC)
    assert customer.source_updated_at == datetime(2026, 1, 2, 16, 27, tzinfo=UTC)


def test_customer_without_a_name_is_called_by_what_it_has() -> None:
    customers = read_all(Customer, example("shopify/customers.json"), KEY)
    walk_in, other = customers["1073339462"], customers["1073339999"]
    assert (walk_in.name, walk_in.email, walk_in.status) == ("+15142546011", None, "lead")
    assert other.name == "Mei"
    assert (
        read_all(Customer, {"customer": {"id": 5, "email": None, "tags": ""}}, KEY)["5"].name == "5"
    )


def test_time_is_compared_across_offsets() -> None:
    customer = read_all(Customer, example("shopify/customers.json"), KEY)["1073339999"]
    assert customer.source_updated_at == datetime(2025, 12, 31, 9, 59, 59, tzinfo=UTC)


def test_state_of_the_login_is_no_status() -> None:
    customers = read_all(Customer, example("shopify/customers.json"), KEY)
    assert attributes(customers["1073339462"])["state"] == "disabled"
    assert customers["1073339462"].status == "lead"


def test_fields_without_a_column_stay_in_the_attributes() -> None:
    kept = attributes(
        read_all(Customer, example("shopify/customers.json"), KEY)["706405506930370084"]
    )
    assert (kept["multipass_identifier"], kept["tags"]) == ("0015g00000QxT1a", "b2b, vip")
    assert kept["default_address"]["company"] == "Nordlicht Pumpen GmbH"
    assert kept["last_order_id"] == int(PUMP)
    assert not {"id", "email", "phone", "created_at", "updated_at"} & set(kept)


def test_product_and_each_variant_are_products() -> None:
    products = read_all(Product, example("shopify/products.json"), KEY)
    assert list(products)[:3] == ["product:632910392", "808950810", "808950811"]
    whole, variant = products["product:632910392"], products["808950810"]
    assert (whole.name, whole.category, whole.brand, whole.sku) == (
        "Pump NX-200",
        "Pumps",
        "Nordlicht",
        None,
    )
    assert whole.description == "<p>200 l/min &amp; quiet</p>"
    assert (variant.name, variant.sku, variant.category, variant.brand, variant.status) == (
        "Pump NX-200 - 230 V",
        "NX-200-230",
        "Pumps",
        "Nordlicht",
        "active",
    )


def test_variant_names_its_product() -> None:
    edges = read_all(Relationship, example("shopify/products.json"), KEY)
    edge = edges["variant_of:808950810"]
    assert (edge.relationship_type, edge.from_source_id, edge.to_source_id) == (
        "variant_of",
        "808950810",
        "product:632910392",
    )


def test_only_variant_has_the_name_of_its_product() -> None:
    products = read_all(Product, example("shopify/products.json"), KEY)
    assert (products["447654529"].name, products["447654529"].sku) == ("Seal kit", None)


def test_statuses_of_products() -> None:
    products = read_all(Product, example("shopify/products.json"), KEY)
    assert products["product:921728736"].status == "active"  # unlisted
    assert products["product:921728737"].status == products["447654530"].status == "inactive"
    assert attributes(products["product:921728736"])["status"] == "unlisted"


def test_price_is_in_the_currency_of_the_list_of_prices() -> None:
    variant = read_all(Product, example("shopify/products.json"), KEY)["808950810"]
    assert (variant.unit_price, variant.unit_price_currency) == (Decimal("2050.00"), "USD")


def test_price_without_a_currency_stays_in_the_attributes() -> None:
    variant = read_all(Product, example("shopify/products.json"), KEY)["808950811"]
    assert (variant.unit_price, variant.unit_price_currency) == (None, None)
    assert attributes(variant)["price"] == "2150.00"


def test_price_without_a_currency_is_in_the_default_one() -> None:
    variant = read_all(Product, example("shopify/products.json"), KEY, default_currency="CAD")[
        "808950811"
    ]
    assert (variant.unit_price, variant.unit_price_currency) == (Decimal("2150.00"), "CAD")
    assert "price" not in attributes(variant)


def test_variant_changes_with_its_product() -> None:
    variant = read_all(Product, example("shopify/products.json"), KEY)["808950810"]
    assert variant.source_updated_at == datetime(2026, 1, 3, 16, 29, 59, tzinfo=UTC)
    assert attributes(variant)["updated_at"] == "2025-10-02T11:29:59-05:00"


def test_bad_variant_does_not_spoil_the_others() -> None:
    variants = product()["variants"]
    record = product(variants=[variants[0] | {"price": "a lot"}, variants[1]])
    refused = refusal({"products": [record]}, KEY)
    assert (refused.path, refused.rule) == ("products[].variants[0].price", "decimal")
    assert '"a lot"' in refused.message
    made = read({"products": [record]}, KEY)
    assert {each.source_id for each in made if isinstance(each, Product)} == {
        "product:632910392",
        "808950811",
    }


def test_variants_in_a_file_of_their_own() -> None:
    made = read_all(Entity, {"variants": product()["variants"]}, KEY)
    variant = made["808950810"]
    assert isinstance(variant, Product)
    assert variant.name == "230 V"
    assert variant.source_updated_at == datetime(2025, 10, 2, 16, 29, 59, tzinfo=UTC)
    assert "variant_of:808950810" in made


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("shopify-data/a.json", {"order": order()}),
        ("shopify-data/a.json", order()),
        ("shop-data/a.json", [order()]),
        ("shop-data/a.ndjson", json.dumps(order()).encode() + b"\n"),
    ],
    ids=["single", "bare", "array", "lines"],
)
def test_order_is_known_in_any_envelope(key: str, content: object) -> None:
    assert list(read_all(Order, content, key)) == [PUMP]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"id": 1, "line_items": [], "created_at": "2026-01-01T00:00:00Z"}, Order),
        ({"id": 1, "title": "Pump", "variants": []}, Product),
        ({"id": 1, "price": "1.00", "inventory_item_id": 2}, Product),
        ({"id": 1, "email": "a@b.example", "orders_count": 0}, Customer),
    ],
)
def test_record_without_a_global_id_is_told_by_its_fields(
    record: dict[str, object], kind: type
) -> None:
    assert type(read(record, KEY)[0]) is kind


def test_record_that_nothing_tells_is_told_by_the_folder() -> None:
    record = {"id": 1, "first_name": "Ann", "last_name": "Lee"}
    assert list(read_all(Customer, record, "shopify-data/customers/1.json")) == ["1"]
    refused = refusal(record, "shopify-data/1.json")
    assert (refused.rule, refused.record_type) == ("record_type", None)


def test_one_file_may_hold_several_kinds() -> None:
    made = read([order(), product(variants=[])], KEY)
    assert {type(each) for each in made} == {Order, OrderItem, Product}


@pytest.mark.parametrize(
    ("name", "key", "kind", "source_id"),
    [
        ("customers_delete", "shopify-data/x.json", Customer, "706405506930370084"),
        ("orders_delete", "shopify-data/orders/delete/x.json", Order, PUMP),
        ("orders_delete", "shopify-data/deleted-products/x.json", Product, f"product:{PUMP}"),
        ("orders_delete", "shopify-data/variants_delete.json", Product, PUMP),
    ],
)
def test_webhook_of_a_deletion(name: str, key: str, kind: type[Entity], source_id: str) -> None:
    (deleted,) = read_all(kind, example(f"shopify/{name}.json"), key).values()
    assert deleted.source_id == source_id
    assert deleted.deleted_at == deleted.source_updated_at == WRITTEN_AT


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"orders": [{"id": 1}]}, "shopify-data/orders/delete.json"),
        ({"customers": [{"id": 1}]}, KEY),
        ({"id": 1}, "shopify-data/orders/1.json"),
    ],
)
def test_list_of_ids_alone_deletes_nothing(content: object, key: str) -> None:
    refused = refusal(content, key)
    assert refused.rule == "required"
    assert "id alone" in refused.message


def test_records_of_the_other_api_are_refused_by_name() -> None:
    refused = refusals(
        example("shopify/graphql_bulk_orders.jsonl"), "shopify-data/orders/bulk.jsonl"
    )
    assert len(refused) == 5
    assert "GraphQL" in refused[0].message


def test_list_without_a_table_is_refused_by_name() -> None:
    with pytest.raises(UnreadableFile, match="draft_orders"):
        read({"draft_orders": [{"id": 1}]}, KEY)


@pytest.mark.parametrize(
    ("changes", "path", "rule", "shown"),
    [
        ({"total_price": "4,429.50"}, "orders[].total_price", "decimal", '"4,429.50"'),
        ({"currency": "XYZ"}, "orders[].currency", "enumeration", "'XYZ'"),
        ({"financial_status": "odd"}, "orders[].financial_status", "enumeration", "'odd'"),
        ({"processed_at": "2026-02-30T00:00:00Z"}, "orders[].processed_at", "date", "2026-02-30"),
        ({"total_price": "1e20"}, "orders[].total_price", "range", "1E+20"),
        ({"id": None}, "orders[].id", "required", "not null"),
    ],
)
def test_refusal_names_field_rule_and_value(
    changes: dict[str, object], path: str, rule: str, shown: str
) -> None:
    refused = refusal({"orders": [order(**changes)]}, KEY)
    assert (refused.path, refused.rule) == (path, rule)
    assert shown in refused.message


def test_value_within_a_list_is_named_and_shown() -> None:
    refunds = [refund(amount="much")]
    refused = refusal({"orders": [order(refunds=refunds)]}, KEY)
    assert refused.path == "orders[].refunds[0].transactions[0].amount"
    assert '"much"' in refused.message
