import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from data_pipeline.canonical.entities import (
    Contact,
    Customer,
    Entity,
    Opportunity,
    Order,
    OrderItem,
    Product,
    Relationship,
)
from data_pipeline.sources.salesforce import MAPPERS, SOURCE, ids
from data_pipeline.sources.source import Rejected
from tests.unit.sources import vendor_files
from tests.unit.sources.files import read
from tests.unit.sources.outcomes import WRITTEN_AT, attributes, entities, one, outcomes, rejected
from tests.unit.sources.vendor_files import example, of_kind, with_id

ACCOUNT_ID, CHILD_ID, LOSER_ID = "0015g00000QxT1aAAF", "0015g00000QxT2bAAF", "0015g00000QxT3CAAV"
ORDER_ID, REDUCTION_ID = "8015g000000XaAaAAK", "8015g000000XaCcAAK"


def record(name: str, index: int = 0, **changes: Any) -> dict[str, Any]:
    return vendor_files.records(SOURCE, name, "records")[index] | changes


def account(**changes: Any) -> dict[str, Any]:
    return record("account_query_all.json", **changes)


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


def test_account_becomes_a_customer() -> None:
    customer = one(Customer, SOURCE, account())
    assert customer.source_id == ACCOUNT_ID
    assert (customer.customer_type, customer.name) == ("company", "Nordlicht Pumpen GmbH")
    assert (customer.phone, customer.website) == (
        "+49 431 5550123",
        "https://nordlicht-pumpen.example",
    )
    assert (customer.industry, customer.status) == ("Manufacturing", "active")
    assert (customer.street, customer.city) == ("Hafenstraße 12\r\n3. OG", "Kiel")
    assert (customer.region, customer.postal_code, customer.country) == (None, "24103", "DE")
    assert customer.employee_count == 310
    assert (customer.annual_revenue, customer.annual_revenue_currency) == (
        Decimal("48500000.0"),
        "EUR",
    )
    assert customer.source_created_at == datetime(2024, 3, 11, 8, 15, 2, tzinfo=UTC)
    assert customer.email is None


def test_system_modstamp_orders_versions() -> None:
    later = datetime(2026, 1, 9, 14, 22, 33, tzinfo=UTC)
    assert one(Customer, SOURCE, account()).source_updated_at == later


def test_without_it_the_last_modification_does_and_without_both_the_file() -> None:
    modified = one(Customer, SOURCE, without(account(), "SystemModstamp"))
    assert modified.source_updated_at == datetime(2026, 1, 9, 14, 22, 31, tzinfo=UTC)
    bare = one(Customer, SOURCE, without(account(), "SystemModstamp", "LastModifiedDate"))
    assert bare.source_updated_at == WRITTEN_AT


def test_fields_without_a_column_stay_and_metadata_does_not() -> None:
    kept = attributes(one(Customer, SOURCE, account(Score__c=0.5, pkg__Tier__c="A;B")))
    assert kept["Score__c"] == 0.5
    assert kept["pkg__Tier__c"] == "A;B"
    assert kept["Type"] == "Customer - Direct"
    assert kept["AccountNumber"] == "0000104711"
    assert kept["Owner"]["Name"] == "Ida Brandt"
    assert kept["BillingAddress"] == {"geocodeAccuracy": None, "latitude": None, "longitude": None}
    assert "attributes" not in kept
    assert "Name" not in kept


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Prospect", "prospect"),
        ("Customer - Channel", "active"),
        ("customer", "active"),
        ("Technology Partner", None),
        ("Wunschkunde", None),
        ("", None),
        (None, None),
    ],
)
def test_type_gives_the_status_as_far_as_it_is_known(kind: str | None, status: str | None) -> None:
    customer = one(Customer, SOURCE, account(Type=kind))
    assert (customer.status, attributes(customer)["Type"]) == (status, kind)


def test_custom_field_named_for_a_system_declares_its_id() -> None:
    found = account(HubSpot_Company_ID__c=30528195785, SAP_Plant__c="7", Salesforce_Id__c="x")
    external = json.loads(one(Customer, SOURCE, found).external_ids)
    assert external == {"erp": "104711", "hubspot": "30528195785"}


def test_person_account_is_a_person() -> None:
    found = account(IsPersonAccount=True, PersonEmail="mei@tan.example", FirstName="Mei")
    customer = one(Customer, SOURCE, found)
    assert (customer.customer_type, customer.email) == ("person", "mei@tan.example")
    assert attributes(customer)["FirstName"] == "Mei"


@pytest.mark.parametrize(
    ("fields", "country"),
    [
        ({"BillingCountry": "Deutschland"}, "DE"),
        ({"BillingCountry": "U.S.A."}, "US"),
        ({"BillingCountry": "cote d’ivoire".replace("’", "'")}, "CI"),
        ({"BillingCountry": "Anywhere", "BillingCountryCode": "fr"}, "FR"),
        ({"BillingAddress": {"country": "Italy", "countryCode": None}}, "IT"),
        ({"BillingAddress": {"country": "x", "countryCode": "CH"}}, "CH"),
    ],
)
def test_country_is_found_by_code_and_by_name(fields: dict[str, Any], country: str) -> None:
    bare = without(account(), "BillingCountry", "BillingAddress")
    assert one(Customer, SOURCE, bare | fields).country == country


def test_country_that_is_none_stays_as_it_is_written() -> None:
    customer = one(Customer, SOURCE, account(BillingCountry="Atlantis", BillingAddress=None))
    assert (customer.country, attributes(customer)["BillingCountry"]) == (None, "Atlantis")


def test_address_is_taken_from_the_compound_field_where_the_flat_ones_are_not_selected() -> None:
    flat = [name for name in account() if name.startswith("Billing") and name != "BillingAddress"]
    compound = account()["BillingAddress"] | {"state": "Bavaria", "stateCode": "BY"}
    customer = one(Customer, SOURCE, without(account(BillingAddress=compound), *flat))
    assert (customer.city, customer.region, customer.country) == ("Kiel", "BY", "DE")
    assert attributes(customer)["BillingAddress"]["state"] == "Bavaria"


def test_amount_without_a_currency_takes_the_default_one() -> None:
    raw = json.dumps(without(account(), "CurrencyIsoCode")).encode()
    (customer,) = read(raw, key="salesforce-data/a.json", default_currency="CHF")
    assert isinstance(customer, Customer)
    assert (customer.annual_revenue, customer.annual_revenue_currency) == (
        Decimal("48500000.0"),
        "CHF",
    )


def test_amount_without_any_currency_stays_among_the_attributes() -> None:
    customer = one(Customer, SOURCE, without(account(), "CurrencyIsoCode"))
    assert (customer.annual_revenue, customer.annual_revenue_currency) == (None, None)
    assert attributes(customer)["AnnualRevenue"] == 48500000.0


@pytest.mark.parametrize(("value", "expected"), [(None, None), (0.0, Decimal("0.0"))])
def test_no_revenue_is_not_a_revenue_of_nothing(
    value: float | None, expected: Decimal | None
) -> None:
    assert one(Customer, SOURCE, account(AnnualRevenue=value)).annual_revenue == expected


def test_parent_account_becomes_a_relationship_of_the_child() -> None:
    found = example(SOURCE, "account_query_all.json")
    edge = with_id(Relationship, found, f"parent_of:{CHILD_ID}")
    assert (edge.relationship_type, edge.from_entity, edge.to_entity) == (
        "parent_of",
        "customers",
        "customers",
    )
    assert (edge.from_source_id, edge.to_source_id) == (ACCOUNT_ID, CHILD_ID)
    assert (edge.from_source_system, edge.to_source_system) == ("salesforce", "salesforce")


def test_deleted_and_merged_account_is_a_deletion_that_names_the_winner() -> None:
    found = example(SOURCE, "account_query_all.json")
    loser = with_id(Customer, found, LOSER_ID)
    assert loser.deleted_at == loser.source_updated_at == datetime(2024, 6, 1, 10, tzinfo=UTC)
    assert loser.name is None
    assert attributes(loser)["Name"] == "Nordlicht Pumpen (duplicate)"
    edge = with_id(Relationship, found, f"merged_into:{LOSER_ID}")
    assert (edge.from_source_id, edge.to_source_id) == (LOSER_ID, ACCOUNT_ID)


def test_deleted_record_is_deleted_whatever_is_wrong_with_it() -> None:
    (deletion,) = entities(SOURCE, account(IsDeleted=True, Name=None, NumberOfEmployees=-1))
    assert deletion.deleted_at is not None


def test_list_of_deletions_tells_types_by_ids() -> None:
    found = of_kind(Customer, example(SOURCE, "account_get_deleted.json"))
    assert [each.source_id for each in found] == [LOSER_ID, "0015g00000QxT9zAAF"]
    assert found[0].deleted_at == datetime(2026, 1, 7, 22, 7, 19, tzinfo=UTC)


def test_record_of_its_own_is_the_record_of_a_query() -> None:
    (single,) = of_kind(Customer, example(SOURCE, "account_single.json"))
    queried = with_id(Customer, example(SOURCE, "account_query_all.json"), ACCOUNT_ID)
    assert attributes(single) == attributes(queried)
    assert msgspec.structs.replace(single, attributes=queried.attributes) == queried


def test_short_id_is_the_long_one() -> None:
    found = account(Id=ACCOUNT_ID[:15], ParentId=CHILD_ID[:15])
    assert one(Customer, SOURCE, found).source_id == ACCOUNT_ID
    assert one(Relationship, SOURCE, found).from_source_id == CHILD_ID


@pytest.mark.parametrize(
    ("short", "full"),
    [
        # as Salesforce's own documentation shows them
        ("001D000000IRFma", "001D000000IRFmaIAH"),
        ("0015g00000QxT3C", LOSER_ID),
        (LOSER_ID, LOSER_ID),
    ],
)
def test_check_of_an_id_follows_its_capitals(short: str, full: str) -> None:
    assert ids.full(short) == full


def test_records_without_metadata_are_told_apart_by_their_ids() -> None:
    found = [
        entities(SOURCE, without(record(name), "attributes", "OrderItems"))[0]
        for name in (
            "account_query_all.json",
            "contact_query_page1.json",
            "opportunity_query.json",
            "product2_query.json",
            "order_with_items_query.json",
        )
    ]
    assert [type(each) for each in found] == [Customer, Contact, Opportunity, Product, Order]


def test_contact_becomes_a_contact_of_its_account() -> None:
    contact = one(Contact, SOURCE, record("contact_query_page1.json"))
    assert (contact.source_id, contact.customer_source_id) == ("0035g00000KpLaaAAF", ACCOUNT_ID)
    assert (contact.name, contact.first_name, contact.last_name) == (
        "Jörg Petersen",
        "Jörg",
        "Petersen",
    )
    assert (contact.email, contact.phone) == (
        "Joerg.Petersen@Nordlicht-Pumpen.example",
        "+49 431 5550124",
    )
    assert (contact.job_title, contact.department, contact.country) == (
        "Head of Purchasing",
        "Purchasing",
        "DE",
    )
    assert attributes(contact)["Salutation"] is None


def test_private_contact_has_no_account_and_reports_to_another() -> None:
    found = record("contact_query_page1.json", 2)
    assert one(Contact, SOURCE, found).customer_source_id is None
    edge = one(Relationship, SOURCE, found)
    assert edge.source_id == "reports_to:0035g00000KpLccAAF"
    assert (edge.relationship_type, edge.to_source_id) == ("reports_to", "0035g00000KpLaaAAF")


def test_contact_is_named_by_its_parts_where_the_name_is_not_selected() -> None:
    contact = one(Contact, SOURCE, without(record("contact_query_page1.json"), "Name"))
    assert contact.name == "Jörg Petersen"


def test_second_number_of_a_contact_is_kept() -> None:
    found = record("contact_query_page1.json", MobilePhone="+49 170 1")
    assert attributes(one(Contact, SOURCE, found))["MobilePhone"] == "+49 170 1"
    only = one(Contact, SOURCE, found | {"Phone": None})
    assert only.phone == "+49 170 1"


def test_name_in_decomposed_letters_is_composed() -> None:
    found = record("contact_query_page1.json", Name="Jo\u0308rg Petersen")
    assert one(Contact, SOURCE, found).name == "J\u00f6rg Petersen"


def test_page_that_is_not_the_last_is_loaded() -> None:
    assert len(of_kind(Contact, example(SOURCE, "contact_query_page1.json"))) == 3


def test_opportunity_becomes_an_opportunity() -> None:
    found = one(Opportunity, SOURCE, record("opportunity_query.json"))
    assert (found.customer_source_id, found.contact_source_id) == (ACCOUNT_ID, "0035g00000KpLaaAAF")
    assert (found.name, found.stage, found.status) == (
        "Nordlicht - replacement pumps",
        "Negotiation/Review",
        "open",
    )
    assert (found.amount, found.currency) == (Decimal("125000.5"), "EUR")
    assert found.probability == 90
    assert (found.expected_close_date, found.closed_at) == (date(2026, 3, 31), None)
    assert (found.owner_name, found.lead_source) == ("Ida Brandt", "Web")
    assert attributes(found)["Type"] == "New Business"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"StageName": "Gewonnen!", "IsClosed": True, "IsWon": True}, "won"),
        ({"StageName": "Closed Won", "IsClosed": True, "IsWon": False}, "lost"),
        ({"StageName": "Closed Lost", "IsClosed": False, "IsWon": False}, "open"),
        ({"StageName": "Closed Won"}, "won"),
        ({"StageName": "Qualification"}, "open"),
        ({"StageName": "Own stage"}, None),
    ],
)
def test_flags_of_an_opportunity_count_more_than_its_stage(
    fields: dict[str, Any], status: str | None
) -> None:
    bare = without(record("opportunity_query.json"), "IsClosed", "IsWon")
    found = one(Opportunity, SOURCE, bare | fields)
    assert (found.status, found.stage) == (status, fields["StageName"])


def test_closed_opportunity_closed_on_its_close_date() -> None:
    found = with_id(Opportunity, example(SOURCE, "opportunity_query.json"), "0065g00000DdPccAAF")
    assert found.closed_at == datetime(2025, 12, 15, tzinfo=UTC)
    assert (found.amount, found.currency, found.status) == (Decimal("1500000.0"), "JPY", "won")


def test_product_has_the_standard_price() -> None:
    product = one(Product, SOURCE, record("product2_query.json"))
    assert (product.source_id, product.sku) == ("01t5g000000zAaAAAU", "4006381333931")
    assert (product.name, product.description) == ("Pump NX-200", "Centrifugal pump, 200 l/min")
    assert (product.category, product.status, product.unit_of_measure) == ("Pumps", "active", None)
    assert (product.unit_price, product.unit_price_currency) == (Decimal("1890.0"), "EUR")
    assert attributes(product)["ProductCode"] == "NX-200"
    assert attributes(product)["PricebookEntries"]["totalSize"] == 1


def test_inactive_product_is_no_deletion_and_may_have_no_price() -> None:
    product = one(Product, SOURCE, record("product2_query.json", 1))
    assert (product.status, product.deleted_at, product.unit_price) == ("inactive", None, None)


def entry(price: float, currency: str, *, standard: bool = True) -> dict[str, Any]:
    return {
        "UnitPrice": price,
        "CurrencyIsoCode": currency,
        "IsActive": True,
        "Pricebook2": {"IsStandard": standard},
    }


@pytest.mark.parametrize(
    ("entries", "own", "expected"),
    [
        ([entry(1, "EUR"), entry(2, "USD")], "USD", (Decimal(2), "USD")),
        ([entry(1, "EUR"), entry(2, "USD")], "JPY", (None, None)),
        ([entry(1, "EUR"), entry(2, "EUR", standard=False)], "EUR", (Decimal(1), "EUR")),
        ([entry(1, "EUR"), entry(2, "USD", standard=False)], "USD", (Decimal(1), "EUR")),
        ([entry(3, "EUR", standard=False)], "EUR", (Decimal(3), "EUR")),
    ],
)
def test_of_several_prices_the_one_in_the_own_currency_is_the_price(
    entries: list[dict[str, Any]], own: str, expected: tuple[Decimal | None, str | None]
) -> None:
    prices = {"totalSize": len(entries), "done": True, "records": entries}
    found = record("product2_query.json", PricebookEntries=prices, CurrencyIsoCode=own)
    product = one(Product, SOURCE, found)
    assert (product.unit_price, product.unit_price_currency) == expected


def test_order_becomes_an_order_with_its_items() -> None:
    found = example(SOURCE, "order_with_items_query.json")
    order = with_id(Order, found, ORDER_ID)
    assert (order.order_number, order.customer_source_id) == ("00001042", ACCOUNT_ID)
    assert (order.status, order.ordered_at) == ("open", datetime(2025, 12, 16, tzinfo=UTC))
    assert (order.total, order.currency) == (Decimal("3830.0"), "EUR")
    assert attributes(order)["ActivatedDate"] == "2025-12-17T07:30:00.000+0000"
    assert "OrderItems" not in attributes(order)
    item = with_id(OrderItem, found, "8025g000000YaAaAAK")
    assert (item.order_source_id, item.product_source_id) == (ORDER_ID, "01t5g000000zAaAAAU")
    assert (item.line_number, item.sku, item.quantity) == (101, "NX-200", Decimal(2))
    assert (item.unit_price, item.total, item.currency) == (Decimal(1800), Decimal(3600), "EUR")
    assert attributes(item)["ListPrice"] == 1890.0
    other = with_id(OrderItem, found, "8025g000000YaBbAAK")
    assert (other.sku, other.description) == (None, "Seal kit, spare")


def test_item_in_its_order_is_valid_when_the_order_changed_last() -> None:
    found = example(SOURCE, "order_with_items_query.json")
    item = with_id(OrderItem, found, "8025g000000YaAaAAK")
    assert item.source_updated_at == datetime(2026, 1, 5, 11, 11, 11, tzinfo=UTC)
    assert item.source_updated_at == with_id(Order, found, ORDER_ID).source_updated_at


def test_order_without_items_is_an_order() -> None:
    (order,) = entities(SOURCE, record("order_with_items_query.json", 1))
    assert isinstance(order, Order)
    assert (order.status, order.total) == ("draft", Decimal(0))


def test_reduction_order_names_the_order_that_it_reduces() -> None:
    found = example(SOURCE, "order_with_items_query.json")
    assert with_id(Order, found, REDUCTION_ID).total == -1800
    assert with_id(OrderItem, found, "8025g000000YaCcAAK").quantity == -1
    edge = with_id(Relationship, found, f"reduces:{REDUCTION_ID}")
    assert (edge.from_entity, edge.to_source_id) == ("orders", ORDER_ID)


@pytest.mark.parametrize(
    ("label", "group", "status"),
    [
        ("Shipped", "Activated", "shipped"),
        ("Canceled", "Activated", "cancelled"),
        ("In Prüfung", "Draft", "draft"),
        ("Freigegeben", "Activated", "open"),
        ("Activated", None, "open"),
        ("Freigegeben", None, None),
    ],
)
def test_label_of_an_order_counts_where_it_is_known(
    label: str, group: str | None, status: str | None
) -> None:
    found = record("order_with_items_query.json", 1, Status=label, StatusCode=group)
    order = one(Order, SOURCE, found)
    assert (order.status, attributes(order)["Status"]) == (status, label)


def test_item_may_come_in_a_file_of_its_own() -> None:
    item = record("order_with_items_query.json")["OrderItems"]["records"][0]
    envelope = {"totalSize": 1, "done": True, "records": [item]}
    found = read(json.dumps(envelope).encode(), key="salesforce-data/items.json")
    assert with_id(OrderItem, found, item["Id"]).order_source_id == ORDER_ID


def test_items_are_in_the_currency_of_their_order() -> None:
    order = record("order_with_items_query.json", CurrencyIsoCode="SEK")
    found = entities(SOURCE, order)
    assert {each.currency for each in found if isinstance(each, OrderItem)} == {"SEK"}


def test_children_that_are_selected_with_an_account_are_loaded_too() -> None:
    found = example(SOURCE, "account_with_contacts_query.json")
    contact = with_id(Contact, found, "0035g00000KpLaaAAF")
    assert contact.customer_source_id == ACCOUNT_ID
    assert len(of_kind(Customer, found)) == 2


def test_first_page_of_children_says_that_there_are_more() -> None:
    found = with_id(Customer, example(SOURCE, "account_with_contacts_query.json"), ACCOUNT_ID)
    assert attributes(found)["Contacts"] == {
        "totalSize": 2100,
        "done": False,
        "nextRecordsUrl": "/services/data/v66.0/query/01g5g00000XyZzAAAV-200",
    }


def test_child_belongs_to_the_record_that_it_is_in() -> None:
    children = {
        "Opportunities": {"records": [{"Id": "0065g00000DdPaA", "Name": "Deal"}]},
        "Orders": {"records": [{"Id": "8015g000000XaAa", "EffectiveDate": "2026-01-01"}]},
        "ChildAccounts": {"records": [{"Id": CHILD_ID, "Name": "Child"}]},
    }
    found = entities(SOURCE, account(**children))
    assert with_id(Opportunity, list(found), "0065g00000DdPaAAAV").customer_source_id == ACCOUNT_ID
    assert with_id(Order, list(found), ORDER_ID).customer_source_id == ACCOUNT_ID
    assert with_id(Relationship, list(found), f"parent_of:{CHILD_ID}").from_source_id == ACCOUNT_ID


def test_child_that_breaks_a_rule_does_not_spoil_the_others() -> None:
    order = record("order_with_items_query.json")
    order["OrderItems"]["records"][0]["Quantity"] = "many"
    found = outcomes(SOURCE, order)
    (bad,) = [each for each in found if isinstance(each, Rejected)]
    assert (bad.record_type, bad.parent_source_id) == ("OrderItem", ORDER_ID)
    assert bad.path == "Order[].OrderItems[0].Quantity"
    assert [each.source_id for each in found if isinstance(each, Entity)] == [
        ORDER_ID,
        "8025g000000YaBbAAK",
    ]


@pytest.mark.parametrize("collection", ["OrderItem", "Contact"])
def test_rejected_child_can_be_mapped_again_by_its_type(collection: str) -> None:
    assert collection in MAPPERS


def test_binary_noise_of_a_sum_is_rounded() -> None:
    order = json.dumps(record("order_with_items_query.json", 1)).replace(
        '"TotalAmount": 0.0', '"TotalAmount": 3829.9999999999995'
    )
    assert one(Order, SOURCE, order.encode()).total == Decimal("3830.000000")


@pytest.mark.parametrize(
    ("found", "path", "rule", "message"),
    [
        (
            account(Name=None),
            "Account[].Name",
            "required",
            "Expected text, not null",
        ),
        (without(account(), "Name"), "Account[].Name", "required", "the field is missing"),
        (account(Id="12"), "Account[].Id", "format", "15 or 18 characters, not '12'"),
        (account(ParentId="ACME"), "Account[].ParentId", "format", "not 'ACME'"),
        (account(NumberOfEmployees=-3), "Account[].NumberOfEmployees", "range", "not -3"),
        (account(CurrencyIsoCode="EURO"), "Account[].CurrencyIsoCode", "enumeration", "'EURO'"),
        (account(AnnualRevenue=1e16), "Account[].AnnualRevenue", "range", "below 10^15"),
        (
            account(SystemModstamp="yesterday"),
            "Account[].SystemModstamp",
            "date",
            'not "yesterday"',
        ),
        (
            record("contact_query_page1.json", Email="nobody"),
            "Contact[].Email",
            "format",
            'e-mail address, not "nobody"',
        ),
        (
            record("opportunity_query.json", Probability=101),
            "Opportunity[].Probability",
            "range",
            "0 to 100, not 101",
        ),
        (
            record("opportunity_query.json", CloseDate="2026-02-30"),
            "Opportunity[].CloseDate",
            "date",
            'not "2026-02-30"',
        ),
        (
            without(record("order_with_items_query.json"), "EffectiveDate"),
            "Order[].EffectiveDate",
            "required",
            "the field is missing",
        ),
    ],
)
def test_rejection_names_field_rule_and_value(
    found: dict[str, Any], path: str, rule: str, message: str
) -> None:
    bad = rejected(SOURCE, found)
    assert (bad.path, bad.rule) == (path, rule)
    assert message in bad.message


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"attributes": {"type": "Lead"}, "Id": "00Q5g000000XaAa"}, "not 'Lead'"),
        ({"attributes": {"type": "AggregateResult"}, "expr0": 5}, "not 'AggregateResult'"),
        ({"Id": "00Q5g000000XaAa"}, "not '00Q5g000000XaAa'"),
        ({"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}, "not ''"),
    ],
)
def test_other_types_are_set_aside(found: dict[str, Any], message: str) -> None:
    bad = rejected(SOURCE, found)
    assert bad.rule == "record_type"
    assert "Account, Contact, Opportunity" in bad.message
    assert message in bad.message
