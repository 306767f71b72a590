import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Contact,
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


def test_organisation_is_a_customer() -> None:
    customer = read_all(Customer, example(PARTNERS), KEY)["104711"]
    assert (customer.customer_type, customer.status) == ("company", "active")
    assert customer.name == customer.legal_name == "Nordlicht Pumpen GmbH Werk Nord"
    assert (customer.email, customer.phone) == ("info@nordlicht-pumpen.example", "+494315550123")
    assert (customer.street, customer.city, customer.region) == ("Hafenstraße 12", "Kiel", "01")
    assert (customer.postal_code, customer.country) == ("24103", "DE")
    assert customer.tax_id == "DE811223344"
    assert customer.source_created_at == datetime(2018, 2, 12, 17, 49, 5, tzinfo=UTC)
    assert customer.source_updated_at == datetime(2026, 1, 9, 14, 22, 31, tzinfo=UTC)


def test_group_is_a_customer_by_its_own_name() -> None:
    group = read_all(Customer, example("sap/business_partner_v2_page.json"), KEY)["104713"]
    assert (group.customer_type, group.name, group.status) == ("company", "Hansen family", None)
    assert one(Customer, partner(BusinessPartnerFullName="")).name is not None


def test_partner_that_never_changed_is_as_old_as_it_is() -> None:
    group = read_all(Customer, example("sap/business_partner_v2_page.json"), KEY)["104713"]
    assert group.source_updated_at == group.source_created_at
    assert group.source_updated_at == datetime(2018, 2, 12, 17, 49, 5, tzinfo=UTC)


def test_partner_that_does_not_say_when_it_changed_is_as_old_as_its_file() -> None:
    record = {"BusinessPartner": "1", "BusinessPartnerCategory": "2", "Customer": "1",
              "CreationDate": "/Date(1518393600000)/"}  # fmt: skip
    assert one(Customer, record).source_updated_at == WRITTEN_AT


def test_person_who_does_not_buy_is_a_contact() -> None:
    contact = read_all(Contact, example(PARTNERS), KEY)["104712"]
    assert (contact.name, contact.first_name, contact.last_name) == (
        "Jörg Petersen",
        "Jörg",
        "Petersen",
    )
    assert contact.customer_source_id is None
    assert attributes(contact)["IsNaturalPerson"] == "X"


def test_person_who_buys_is_a_customer() -> None:
    record = partner(BusinessPartnerCategory="1", FirstName="Ann", LastName="Lee")
    assert one(Customer, record).customer_type == "person"
    assert read_all(Contact, record, KEY) == {}


def test_contacts_of_a_company_are_relationships() -> None:
    (edge,) = read_all(Relationship, example(PARTNERS), KEY).values()
    assert (edge.relationship_type, edge.from_entity, edge.to_entity) == (
        "contact_of",
        "contacts",
        "customers",
    )
    assert (edge.from_source_id, edge.to_source_id) == ("104712", "104711")
    assert (edge.valid_from, edge.valid_to) == (date(2018, 2, 12), None)


def test_person_that_names_its_company_belongs_to_it() -> None:
    contacts = {"results": [{"BusinessPartnerCompany": "0000000007",
                             "BusinessPartnerPerson": "104711"}]}  # fmt: skip
    record = partner(BusinessPartnerCategory="1", Customer="", to_BusinessPartnerContact=contacts)
    assert one(Contact, record).customer_source_id == "7"


def test_customer_number_that_differs_is_an_alias_which_declares_the_partner() -> None:
    customers = read_all(Customer, example(PARTNERS), KEY)
    whole, alias = customers["USCU_S12"], customers["17100012"]
    assert whole.name == alias.name == "Southwest Retail"
    assert json.loads(alias.external_ids) == {"sap": "USCU_S12"}
    assert alias.source_updated_at == whole.source_updated_at
    assert (alias.email, attributes(alias)) == (None, {"alias_of": "USCU_S12"})


def test_alias_has_no_address_of_e_mail_that_would_make_both_ambiguous() -> None:
    customers = read_all(Customer, partner(Customer="0000000815"), KEY)
    assert customers["104711"].email == "info@nordlicht-pumpen.example"
    assert customers["815"].email is None


def test_same_number_with_zeros_is_no_alias() -> None:
    assert list(read_all(Customer, partner(Customer="0000104711"), KEY)) == ["104711"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"BusinessPartnerIsBlocked": True}, "inactive"),
        ({}, "active"),
        ({"Customer": ""}, None),
        (
            {"Customer": "", "to_BusinessPartnerRole": [{"BusinessPartnerRole": "BUP002"}]},
            "prospect",
        ),
    ],
)
def test_status_of_a_partner(changes: dict[str, object], status: str | None) -> None:
    assert one(Customer, partner(**changes)).status == status


def test_archived_partner_is_deleted() -> None:
    gone = read_all(Customer, example("sap/business_partner_v2_page.json"), KEY)["104714"]
    assert gone.deleted_at == gone.source_updated_at == datetime(2024, 1, 1, 8, tzinfo=UTC)


def test_standard_address_counts_before_a_valid_one() -> None:
    addresses = [
        address(CityName="Old", ValidityEndDate="/Date(1518393600000+0000)/"),
        address(CityName="Valid"),
        address(CityName="Standard", to_AddressUsage=[{"AddressUsage": "XXDEFAULT"}]),
    ]
    assert one(Customer, partner(to_BusinessPartnerAddress=addresses)).city == "Standard"
    assert one(Customer, partner(to_BusinessPartnerAddress=addresses[:2])).city == "Valid"
    assert one(Customer, partner(to_BusinessPartnerAddress=addresses[:1])).city == "Old"


def test_mobile_number_is_the_phone_if_there_is_no_other() -> None:
    mobile = [
        {"PhoneNumber": "170 5550", "InternationalPhoneNumber": "", "PhoneNumberExtension": ""}
    ]
    reached = address(to_PhoneNumber={"results": []}, to_MobilePhoneNumber={"results": mobile})
    assert one(Customer, partner(to_BusinessPartnerAddress=[reached])).phone == "170 5550"


def test_country_that_iso_does_not_have_stays_in_the_attributes() -> None:
    customer = one(Customer, partner(to_BusinessPartnerAddress=[address(Country="XYZ")]))
    assert customer.country is None
    assert attributes(customer)["to_BusinessPartnerAddress"][0]["Country"] == "XYZ"


def test_id_in_another_system_is_declared_by_the_name_of_a_field() -> None:
    customer = one(Customer, partner(SalesforceID="0015g00000QxT1aAAF"))
    assert json.loads(customer.external_ids) == {"salesforce": "0015g00000QxT1aAAF"}


def test_empty_texts_are_null_and_stay_as_they_are_in_the_attributes() -> None:
    customer = read_all(Customer, example(PARTNERS), KEY)["104711"]
    assert customer.industry is None
    assert attributes(customer)["SearchTerm2"] == ""


def test_attributes_hold_what_was_expanded_and_nothing_of_the_protocol() -> None:
    kept = attributes(read_all(Customer, example(PARTNERS), KEY)["104711"])
    emails = kept["to_BusinessPartnerAddress"]["results"][0]["to_EmailAddress"]["results"]
    assert [each["OrdinalNumber"] for each in emails] == ["1", "2"]
    assert kept["BusinessPartnerIDByExtSystem"] == "0015g00000QxT1a"
    assert "to_Supplier" not in kept
    assert "__" not in json.dumps(kept)


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


def test_order_is_mapped_with_the_net_amount_as_its_total() -> None:
    made = read_all(Order, example(ORDERS), KEY)["4711"]
    assert (made.order_number, made.customer_source_id, made.channel) == ("4711", "104711", "10")
    assert (made.subtotal, made.total, made.tax) == (Decimal("3830.00"), Decimal("3830.00"), None)
    assert made.currency == "EUR"
    assert made.ordered_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert made.source_updated_at == datetime(2026, 1, 9, 15, 36, 52, tzinfo=UTC)
    assert attributes(made)["PurchaseOrderByCustomer"] == "PO-2026-001"


def test_amounts_are_in_units_of_their_currency_already() -> None:
    orders = read_all(Order, example(ORDERS), KEY)
    assert (orders["4712"].total, orders["4712"].currency) == (Decimal(370000), "JPY")
    assert (orders["4713"].total, orders["4713"].currency) == (Decimal("512.345"), "KWD")


def test_items_are_mapped() -> None:
    items = read_all(OrderItem, example(ORDERS), KEY)
    item = items["4711/10"]
    assert (item.order_source_id, item.product_source_id, item.sku) == ("4711", "NX-200", "NX-200")
    assert (item.line_number, item.description) == (10, "Centrifugal pump NX-200")
    assert (item.quantity, item.unit_price, item.tax, item.total) == (
        Decimal(2),
        Decimal(1800),
        Decimal("684.00"),
        Decimal("3600.00"),
    )
    assert item.source_updated_at == datetime(2026, 1, 9, 15, 36, 52, tzinfo=UTC)
    assert attributes(items["4711/11"])["HigherLevelItem"] == "10"


def test_items_that_were_not_expanded_are_unknown_and_not_deleted() -> None:
    made = read(example("sap/sales_order_v2_single_deferred.json"), KEY)
    assert [type(each) for each in made] == [Order]


@pytest.mark.parametrize("name", ["sales_order_v4_numbers", "sales_order_v4_ieee754_strings"])
def test_order_of_version_4(name: str) -> None:
    made = read_all(Entity, example(f"sap/{name}.json"), KEY)
    first, item, second = (made[each] for each in ("4711", "4711/10", "4712"))
    assert isinstance(first, Order)
    assert isinstance(item, OrderItem)
    assert isinstance(second, Order)
    assert first.source_updated_at == datetime(2026, 1, 9, 15, 36, 52, 125705, tzinfo=UTC)
    assert (first.total, item.total) == (Decimal(3830), Decimal(3600))
    assert (item.quantity, item.tax) == (Decimal(2), Decimal(684))
    assert item.product_source_id == "NX-200"
    created = datetime(2026, 1, 5, 0, 0, 5, tzinfo=UTC)
    assert (second.ordered_at, second.source_updated_at) == (created, created)
    assert not {"@odata.etag", "SAP__Messages"} & set(attributes(first))


@pytest.mark.parametrize(
    ("process", "rejection", "delivery", "status"),
    [
        ("A", "A", "A", "open"),
        ("B", "A", "B", "processing"),
        ("B", "A", "C", "shipped"),
        ("C", "A", "C", "completed"),
        ("C", "B", "C", "completed"),
        ("C", "C", "", "cancelled"),
        ("", "", "", "open"),
        (None, None, None, None),
    ],
)
def test_status_of_an_order(
    process: str | None, rejection: str | None, delivery: str | None, status: str | None
) -> None:
    record = order(
        OverallSDProcessStatus=process,
        OverallSDDocumentRejectionSts=rejection,
        OverallTotalDeliveryStatus=delivery,
        OverallDeliveryStatus=delivery,
    )
    assert one(Order, record).status == status


def test_later_of_two_stamps_is_the_last_change() -> None:
    record = order(
        LastChangeDateTime="/Date(1130168212000+0000)/", LastChangeDate="/Date(1148601600000)/"
    )
    assert one(Order, record).source_updated_at == datetime(2006, 5, 26, tzinfo=UTC)


def test_currency_of_saps_own_leaves_the_amounts_in_the_attributes() -> None:
    item = order()["to_Item"]["results"][0] | {"TransactionCurrency": "USDN"}
    made = read_all(Entity, order(TransactionCurrency="USDN", to_Item=[item]), KEY)
    whole, line = made["4711"], made["4711/10"]
    assert isinstance(whole, Order)
    assert isinstance(line, OrderItem)
    assert (whole.total, whole.currency, line.total, line.currency) == (None, None, None, None)
    assert attributes(whole)["TotalNetAmount"] == "3830.00"
    assert attributes(line)["NetAmount"] == "3600.00"
    assert attributes(line)["TransactionCurrency"] == "USDN"


def test_amount_without_a_currency_is_in_the_default_one() -> None:
    made = read_all(Order, order(TransactionCurrency=""), KEY, default_currency="CHF")["4711"]
    assert (made.total, made.currency) == (Decimal("3830.00"), "CHF")


def test_references_match_whatever_zeros_stand_before_them() -> None:
    item = order()["to_Item"]["results"][0]
    items = [item | {"SalesOrderItem": "000010", "Material": "000000000000000023"}]
    record = order(SalesOrder="0000004711", SoldToParty="0000104711", to_Item=items)
    made = read_all(Entity, record, KEY)
    whole, line = made["4711"], made["4711/10"]
    assert isinstance(whole, Order)
    assert isinstance(line, OrderItem)
    assert (whole.customer_source_id, line.product_source_id) == ("104711", "23")


def test_text_item_has_no_product_and_no_price_at_quantity_zero() -> None:
    item = order()["to_Item"]["results"][0] | {"Material": "", "RequestedQuantity": "0.000"}
    made = read_all(OrderItem, order(to_Item={"results": [item]}), KEY)["4711/10"]
    assert (made.product_source_id, made.unit_price) == (None, None)


def test_item_in_a_file_of_its_own_names_its_order() -> None:
    item = order()["to_Item"]["results"][0]
    made = one(OrderItem, {"d": {"results": [item]}})
    assert (made.source_id, made.order_source_id, made.currency) == ("4711/10", "4711", "EUR")
    assert made.source_updated_at == WRITTEN_AT


def test_order_with_a_bad_item_is_refused_as_a_whole() -> None:
    item = order()["to_Item"]["results"][0]
    record = order(to_Item={"results": [item, item | {"NetAmount": "1.2.3"}]})
    refused = refusal(record, KEY)
    assert (refused.path, refused.rule) == (
        "A_SalesOrder[].to_Item.results[1].NetAmount",
        "decimal",
    )
    assert '"1.2.3"' in refused.message
    assert len(read(record, KEY)) == 1


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
        ({"SalesOrder": ""}, "SalesOrder", "length", '""'),
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
