import json
from datetime import UTC, datetime
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
from data_pipeline.sources.source import Rejected
from tests.unit.sources.files import example, read, read_all, refusal
from tests.unit.sources.outcomes import WRITTEN_AT, attributes

KEY = "sap-data/page.json"

PARTNERS = "sap/business_partner_v2_expanded.json"
ORDERS = "sap/sales_order_v2_expanded.json"


def partner(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example(PARTNERS))["d"]["results"][0]
    return first | changes


def order(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example(ORDERS))["d"]["results"][0]
    return first | changes


def one[E: Entity](kind: type[E], record: object) -> E:
    (found,) = read_all(kind, record, KEY).values()
    return found


def address(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = partner()["to_BusinessPartnerAddress"]["results"][0]
    return first | changes


def test_product_is_mapped() -> None:
    product = read_all(Product, example("sap/product_v2_expanded.json"), KEY)["NX-200"]
    assert (product.name, product.sku) == ("Centrifugal pump NX-200", "4006381333931")
    assert (product.category, product.unit_of_measure, product.status) == ("L001", "PC", "active")
    assert product.source_updated_at == datetime(2026, 1, 5, 11, 11, 11, tzinfo=UTC)
    assert product.unit_price is None
    valuation = attributes(product)["to_Valuation"]["results"]
    assert (valuation[1]["StandardPrice"], valuation[1]["PriceUnitQty"]) == ("185000", "100")


def test_product_without_descriptions_is_called_by_its_number() -> None:
    product = read_all(Product, example("sap/product_v2_expanded.json"), KEY)["23"]
    assert (product.name, product.sku) == ("23", "23")
    assert product.deleted_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_product_with_a_status_is_inactive() -> None:
    record = {"Product": "000000000000000023", "ProductType": "FERT", "CrossPlantStatus": "01"}
    product = one(Product, record)
    assert (product.source_id, product.status) == ("23", "inactive")
    assert product.source_updated_at == WRITTEN_AT


@pytest.mark.parametrize(
    "content",
    [
        {"d": {"results": [order()], "__count": "1", "__next": "https://x.example/?$skiptoken=1"}},
        {"d": [order()]},
        {"d": order()},
        {"value": [order()], "@odata.context": "$metadata#SalesOrder"},
        order(),
        [order()],
    ],
    ids=["v2", "v1", "v2-one", "v4", "bare", "array"],
)
def test_order_is_known_in_any_envelope(content: object) -> None:
    assert list(read_all(Order, content, KEY)) == ["4711"]


def test_lines_of_ndjson_are_records() -> None:
    text = b"\n".join(json.dumps(order(SalesOrder=str(number))).encode() for number in (1, 2))
    assert list(read_all(Order, text, "sap-data/orders.jsonl")) == ["1", "2"]


def test_one_file_may_hold_several_kinds() -> None:
    made = read([partner(), order(), {"Product": "1", "ProductType": "FERT"}], KEY)
    assert {type(each) for each in made} == {Customer, Relationship, Order, OrderItem, Product}


@pytest.mark.parametrize("kind", ["A_BusinessPartnerAddress", "A_CustomerSalesArea"])
def test_entity_set_without_a_table_is_refused_by_name(kind: str) -> None:
    record = {"__metadata": {"type": f"API_BUSINESS_PARTNER.{kind}Type"}, "BusinessPartner": "1"}
    refused = refusal({"d": {"results": [record]}}, KEY)
    assert refused.rule == "record_type"
    assert kind in refused.message


def test_entity_set_is_told_by_the_address_of_the_record() -> None:
    record = {"__metadata": {"uri": "https://x.example/sap/A_Product('P1')"}, "Product": "P1"}
    assert one(Product, record).source_id == "P1"


def test_record_that_nothing_tells_is_refused() -> None:
    assert refusal({"value": [{"Language": "EN"}]}, KEY).rule == "record_type"


@pytest.mark.parametrize(
    ("written", "ordered_at"),
    [
        ("/Date(1767571200000)/", datetime(2026, 1, 5, tzinfo=UTC)),
        ("/Date(1767571200000+0060)/", datetime(2026, 1, 4, 23, tzinfo=UTC)),
        ("/Date(-86400000)/", datetime(1969, 12, 31, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026-01-05T10:00:00Z", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("/Date(253402300799000+0000)/", datetime(2026, 1, 5, tzinfo=UTC)),
        ("/Date(-62135596800000)/", datetime(2026, 1, 5, tzinfo=UTC)),
        ("/Date(999999999999999)/", datetime(2026, 1, 5, tzinfo=UTC)),
        (None, datetime(2026, 1, 5, tzinfo=UTC)),
    ],
)
def test_day_of_an_order_or_else_of_its_creation(written: str | None, ordered_at: datetime) -> None:
    assert one(Order, order(SalesOrderDate=written)).ordered_at == ordered_at


@pytest.mark.parametrize(
    ("changes", "path", "rule", "shown"),
    [
        ({"SalesOrder": ""}, "SalesOrder", "required", 'not ""'),
        ({"SalesOrder": "0000"}, "SalesOrder", "required", "'0000'"),
        ({"SalesOrderDate": "05.01.2026"}, "SalesOrderDate", "date", "'05.01.2026'"),
        ({"SalesOrderDate": "/Date(x)/"}, "SalesOrderDate", "date", "'/Date(x)/'"),
        ({"SalesOrderDate": "", "CreationDate": None}, "SalesOrderDate", "required", ""),
        ({"CreationTime": "PT99H"}, "CreationDate", "date", "'PT99H'"),
        ({"TotalNetAmount": "1,5"}, "TotalNetAmount", "decimal", '"1,5"'),
        ({"TotalNetAmount": "1e15"}, "TotalNetAmount", "range", "1E+15"),
        ({"OverallSDProcessStatus": "X"}, "OverallSDProcessStatus", "enumeration", "'X'"),
    ],
)
def test_refusal_names_field_rule_and_value(
    changes: dict[str, object], path: str, rule: str, shown: str
) -> None:
    refused = refusal(order(**changes), KEY)
    assert (refused.path, refused.rule) == (f"A_SalesOrder[].{path}", rule)
    assert shown in refused.message


def test_bad_address_of_e_mail_is_refused_where_it_stands() -> None:
    emails = {"results": [{"EmailAddress": "a@b.example"}, {"EmailAddress": "nobody"}]}
    record = partner(to_BusinessPartnerAddress={"results": [address(to_EmailAddress=emails)]})
    refused = refusal(record, KEY)
    assert refused.rule == "format"
    assert refused.path == (
        "A_BusinessPartner[].to_BusinessPartnerAddress.results[0]"
        ".to_EmailAddress.results[1].EmailAddress"
    )
    assert '"nobody"' in refused.message


@pytest.mark.parametrize("depth", [100, 300, 450, 700, 950, 5_000, 100_000])
def test_depth_of_attributes_is_taken_or_refused(depth: int) -> None:
    text = json.dumps({"SalesOrder": "1", "CreationDate": "2026-01-05"}).encode()[:-1]
    text += b', "Deep": ' + b"[" * depth + b"]" * depth + b"}"
    (made,) = read(text, "sap-data/deep.ndjson")
    assert isinstance(made, Order | Rejected)
    assert isinstance(made, Order) or made.rule == "nesting"
