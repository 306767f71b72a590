import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Contact,
    Customer,
    Entity,
    Opportunity,
    OrderItem,
    Product,
    Relationship,
)
from data_pipeline.sources.hubspot import SOURCE, types
from data_pipeline.sources.source import Outcome, Rejected
from tests.unit.sources import vendor_files
from tests.unit.sources.files import read
from tests.unit.sources.outcomes import WRITTEN_AT, attributes
from tests.unit.sources.vendor_files import example, of_kind, with_id

COMPANY_ID, OTHER_COMPANY_ID = "30528195785", "30528195827"
CONTACT_ID, DEAL_ID = "97132179531", "33995947220"
FILES = {
    "companies": "companies.json",
    "contacts": "contacts_with_associations.json",
    "deals": "deals_with_associations.json",
    "products": "products.json",
    "line_items": "line_items_with_associations.json",
}


def record(collection: str, index: int = 0, /, **properties: Any) -> dict[str, Any]:
    found = vendor_files.records(SOURCE, FILES[collection], "results")[index]
    return found | {"properties": found["properties"] | properties}


def page(*records: dict[str, Any]) -> bytes:
    return json.dumps({"results": records}).encode()


def load(
    collection: str, *records: dict[str, Any], default_currency: str | None = None
) -> list[Outcome]:
    key = f"hubspot-data/{collection}/page.json"
    return read(page(*records), key=key, default_currency=default_currency)


def one[E: Entity](kind: type[E], collection: str, found: dict[str, Any]) -> E:
    (entity,) = of_kind(kind, load(collection, found))
    return entity


def rejected(collection: str, found: dict[str, Any]) -> Rejected:
    (bad,) = load(collection, found)
    assert isinstance(bad, Rejected)
    return bad


def edges(outcomes: list[Outcome]) -> set[tuple[str, str, str]]:
    found = (each for each in outcomes if isinstance(each, Relationship))
    return {
        (
            str(each.relationship_type),
            f"{each.from_entity}/{each.from_source_id}",
            f"{each.to_entity}/{each.to_source_id}",
        )
        for each in found
    }


def test_company_becomes_a_customer() -> None:
    customer = with_id(Customer, example(SOURCE, "companies.json"), COMPANY_ID)
    assert (customer.customer_type, customer.name) == ("company", "Nordlicht Pumpen GmbH")
    assert (customer.phone, customer.website) == ("+49 431 5550123", "nordlicht-pumpen.example")
    assert (customer.industry, customer.status) == ("MACHINERY", "active")
    assert (customer.street, customer.city, customer.region) == ("Hafenstraße 12", "Kiel", None)
    assert (customer.postal_code, customer.country) == ("24103", "DE")
    assert customer.employee_count == 310
    assert json.loads(customer.external_ids) == {"erp": "104711"}
    assert customer.source_created_at == datetime(2024, 2, 1, 9, 0, 0, 120_000, tzinfo=UTC)
    assert customer.source_updated_at == datetime(2026, 1, 10, 10, 10, 10, 500_000, tzinfo=UTC)


def test_what_has_no_column_stays_in_the_shape_of_the_record() -> None:
    kept = attributes(with_id(Customer, example(SOURCE, "companies.json"), COMPANY_ID))
    assert kept["url"].endswith("/record/0-2/30528195785")
    assert kept["properties"]["hubspot_owner_id"] == "69864216"
    assert kept["properties"]["lifecyclestage"] == "customer"
    assert kept["properties"]["createdate"] == "2024-02-01T09:00:00.120Z"
    assert "name" not in kept["properties"]


def test_history_of_properties_is_kept() -> None:
    history = {"name": [{"value": "Old", "timestamp": "2024-01-01T00:00:00Z"}]}
    customer = one(Customer, "companies", record("companies") | {"propertiesWithHistory": history})
    assert attributes(customer)["propertiesWithHistory"] == history


def test_revenue_has_the_default_currency_or_no_column() -> None:
    (customer,) = of_kind(
        Customer, load("companies", record("companies", 2), default_currency="EUR")
    )
    assert customer.annual_revenue == Decimal("1200000.50")
    assert customer.annual_revenue_currency == "EUR"
    without = one(Customer, "companies", record("companies", 2))
    assert (without.annual_revenue, without.annual_revenue_currency) == (None, None)
    assert attributes(without)["properties"]["annualrevenue"] == "1200000.50"


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        ("subscriber", "lead"),
        ("lead", "lead"),
        ("marketingqualifiedlead", "lead"),
        ("salesqualifiedlead", "prospect"),
        ("opportunity", "prospect"),
        ("customer", "active"),
        ("evangelist", "active"),
        ("other", None),
        ("1452450030", None),
        ("", None),
        (None, None),
    ],
)
def test_lifecycle_stage_gives_the_status_as_far_as_it_is_known(
    stage: str | None, status: str | None
) -> None:
    found = record("companies", lifecyclestage=stage)
    assert one(Customer, "companies", found).status == status


def test_company_without_a_name_is_named_by_its_domain_or_its_id() -> None:
    customer = with_id(Customer, example(SOURCE, "companies.json"), "30528195797")
    assert (customer.name, customer.website) == ("blueheron.example", "blueheron.example")
    assert (customer.city, customer.employee_count) == (None, None)
    bare = one(Customer, "companies", record("companies", name="", domain=None, website=""))
    assert bare.name == f"company {COMPANY_ID}"


def test_country_is_found_by_name_and_kept_where_it_is_none() -> None:
    found = with_id(Customer, example(SOURCE, "companies.json"), OTHER_COMPANY_ID)
    assert found.country == "CD"
    unknown = one(Customer, "companies", record("companies", country="Middle Earth"))
    assert unknown.country is None
    assert attributes(unknown)["properties"]["country"] == "Middle Earth"
    coded = record("companies", country="?", hs_country_code="NO")
    assert one(Customer, "companies", coded).country == "NO"


def test_id_that_the_exchange_with_salesforce_writes_is_declared_in_full() -> None:
    customer = one(
        Customer, "companies", record("companies", salesforceaccountid="0015g00000QxT1a")
    )
    assert json.loads(customer.external_ids)["salesforce"] == "0015g00000QxT1aAAF"


@pytest.mark.parametrize("name", ["companies_default_properties.json", "companies_batch_read.json"])
def test_answers_of_other_endpoints_are_read_too(name: str) -> None:
    customer = with_id(Customer, example(SOURCE, name), COMPANY_ID)
    assert (customer.name, customer.phone) == ("Nordlicht Pumpen GmbH", None)


def test_errors_beside_the_results_are_no_records() -> None:
    content = {"results": [record("companies")], "numErrors": 1, "errors": [{"status": "error"}]}
    raw = json.dumps(content).encode()
    assert len(read(raw, key="hubspot-data/companies.json")) == 1


def test_hierarchy_of_companies_becomes_relationships_named_by_the_child() -> None:
    associations = {
        "companies": {
            "results": [
                {"id": "1", "type": "child_to_parent_company"},
                {"id": "1", "type": "company_to_company"},
                {"id": "2", "type": "parent_to_child_company"},
                {"id": "3", "type": "company_to_company"},
            ]
        }
    }
    found = load("companies", record("companies") | {"associations": associations})
    assert edges(found) == {
        ("parent_of", "customers/1", f"customers/{COMPANY_ID}"),
        ("parent_of", f"customers/{COMPANY_ID}", "customers/2"),
        ("related_to", "customers/3", f"customers/{COMPANY_ID}")
        if COMPANY_ID > "3"
        else ("related_to", f"customers/{COMPANY_ID}", "customers/3"),
    }
    parent = with_id(Relationship, found, f"parent_of:{COMPANY_ID}")
    assert attributes(parent) == {"types": ["child_to_parent_company", "company_to_company"]}


def test_contact_becomes_a_contact_of_its_primary_company() -> None:
    found = example(SOURCE, "contacts_with_associations.json")
    contact = with_id(Contact, found, CONTACT_ID)
    assert contact.customer_source_id == COMPANY_ID
    assert (contact.name, contact.first_name, contact.last_name) == (
        "Jörg Petersen",
        "Jörg",
        "Petersen",
    )
    assert (contact.email, contact.phone, contact.job_title) == (
        "joerg.petersen@nordlicht-pumpen.example",
        "+49 431 5550124",
        "Head of Purchasing",
    )
    kept = attributes(contact)
    assert kept["properties"]["hs_additional_emails"].startswith("jp@")
    assert "associations" not in kept


def test_other_companies_of_a_contact_become_relationships_each_once() -> None:
    found = example(SOURCE, "contacts_with_associations.json")
    assert ("contact_of", f"contacts/{CONTACT_ID}", f"customers/{OTHER_COMPANY_ID}") in edges(found)
    assert len([edge for edge in edges(found) if edge[0] == "contact_of"]) == 1


def test_edge_is_the_same_from_both_its_ends() -> None:
    associations = {"contacts": {"results": [{"id": CONTACT_ID, "type": "company_to_contact"}]}}
    company = record("companies", 2) | {"associations": associations}
    (from_company,) = (
        each for each in load("companies", company) if isinstance(each, Relationship)
    )
    with_id(
        Relationship, example(SOURCE, "contacts_with_associations.json"), from_company.source_id
    )


def test_contact_without_associations_has_the_company_of_its_property() -> None:
    found = record("contacts")
    del found["associations"]
    assert one(Contact, "contacts", found).customer_source_id == COMPANY_ID


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"firstname": "", "lastname": "Okafor"}, "Okafor"),
        ({"firstname": None, "lastname": None, "email": "a@b.example"}, "a@b.example"),
        ({"firstname": " ", "lastname": "", "email": ""}, f"contact {CONTACT_ID}"),
    ],
)
def test_contact_is_named_by_what_there_is(properties: dict[str, Any], name: str) -> None:
    (contact,) = (
        each
        for each in load("contacts", record("contacts", **properties))
        if isinstance(each, Contact)
    )
    assert contact.name == name


def test_merged_contacts_name_the_one_that_they_became() -> None:
    found = example(SOURCE, "contacts_with_associations.json")
    assert {edge for edge in edges(found) if edge[0] == "merged_into"} == {
        ("merged_into", "contacts/97132170001", "contacts/97132179532"),
        ("merged_into", "contacts/97132170002", "contacts/97132179532"),
    }


def test_search_answers_contacts_too() -> None:
    (contact,) = of_kind(Contact, example(SOURCE, "contacts_search.json"))
    assert (contact.name, contact.email) == ("Mei Tan", "mei.tan@freelance.example")


def test_deal_becomes_an_opportunity() -> None:
    deal = with_id(Opportunity, example(SOURCE, "deals_with_associations.json"), DEAL_ID)
    assert (deal.customer_source_id, deal.contact_source_id) == (COMPANY_ID, CONTACT_ID)
    assert (deal.name, deal.stage, deal.status) == (
        "Nordlicht - replacement pumps",
        "contractsent",
        "open",
    )
    assert (deal.amount, deal.currency) == (Decimal("125000.50"), "EUR")
    assert deal.probability == 90
    assert (deal.expected_close_date, deal.closed_at) == (date(2026, 3, 31), None)
    kept = attributes(deal)
    assert kept["properties"]["amount_in_home_currency"] == "137500.55"
    assert [each["id"] for each in kept["associations"]["line items"]["results"]] == [
        "30031241447",
        "30031241448",
    ]
    assert set(kept["associations"]) == {"line items"}


def test_closed_deal_with_a_stage_of_its_own_is_won_by_its_flags() -> None:
    deal = with_id(Opportunity, example(SOURCE, "deals_with_associations.json"), "37075122409")
    assert (deal.stage, deal.status, deal.amount) == ("978825826", "won", None)
    assert deal.closed_at == datetime(2025, 12, 15, tzinfo=UTC)
    assert deal.probability == 100


@pytest.mark.parametrize(
    ("stage", "probability", "status"),
    [
        ("closedwon", None, "won"),
        ("closedlost", None, "lost"),
        ("qualifiedtobuy", "0.4", "open"),
        ("978825826", "1", "won"),
        ("978825826", "0.0", "lost"),
        ("978825826", "0.200000000000000011102230246251565404236316680908203125", "open"),
        ("978825826", None, None),
    ],
)
def test_status_of_a_deal_without_flags_follows_from_what_there_is(
    stage: str, probability: str | None, status: str | None
) -> None:
    found = record(
        "deals",
        hs_is_closed=None,
        hs_is_closed_won="",
        dealstage=stage,
        hs_deal_stage_probability=probability,
    )
    assert one(Opportunity, "deals", found).status == status


def test_probability_is_a_percentage_without_binary_noise() -> None:
    deal = with_id(Opportunity, example(SOURCE, "deals_with_associations.json"), "37025922277")
    assert deal.probability == Decimal(20)


def test_amount_of_a_deal_without_a_currency_is_kept() -> None:
    deal = one(Opportunity, "deals", record("deals", deal_currency_code=None))
    assert (deal.amount, deal.currency) == (None, None)
    assert attributes(deal)["properties"]["amount"] == "125000.50"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1572480000000", date(2019, 10, 31)),
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T23:30:00-02:00", date(2026, 4, 1)),
    ],
)
def test_times_are_read_in_all_forms_that_hubspot_wrote(written: str, day: date) -> None:
    deal = one(Opportunity, "deals", record("deals", closedate=written))
    assert deal.expected_close_date == day


def test_further_companies_and_contacts_of_a_deal_become_relationships() -> None:
    associations = {
        "companies": {
            "results": [
                {"id": "7", "type": "deal_to_company_unlabeled"},
                {"id": "8", "type": "deal_to_company"},
            ]
        },
        "contacts": {
            "results": [{"id": "1", "type": "deal_to_contact"}, {"id": 2, "type": "decision_maker"}]
        },
    }
    found = load("deals", record("deals") | {"associations": associations})
    deal = with_id(Opportunity, found, DEAL_ID)
    assert (deal.customer_source_id, deal.contact_source_id) == ("8", "1")
    assert edges(found) == {
        ("deal_with", f"opportunities/{DEAL_ID}", "customers/7"),
        ("involves", f"opportunities/{DEAL_ID}", "contacts/2"),
    }


def test_several_companies_of_which_none_is_primary_are_not_guessed_from() -> None:
    results = [{"id": name, "type": "deal_to_company_unlabeled"} for name in ("7", "8")]
    found = load("deals", record("deals") | {"associations": {"companies": {"results": results}}})
    assert with_id(Opportunity, found, DEAL_ID).customer_source_id is None
    assert len(edges(found)) == 2


def test_list_of_associations_that_goes_on_is_kept_with_its_page() -> None:
    companies = {
        "results": [{"id": "8", "type": "deal_to_company"}],
        "paging": {"next": {"after": "9"}},
    }
    deal = one(Opportunity, "deals", record("deals") | {"associations": {"companies": companies}})
    assert deal.customer_source_id == "8"
    assert attributes(deal)["associations"]["companies"] == companies


def test_archived_deal_is_deleted_as_late_as_it_was_archived() -> None:
    (deal,) = of_kind(Opportunity, example(SOURCE, "deals_archived.json"))
    assert deal.source_updated_at == deal.deleted_at == datetime(2026, 1, 11, 9, 30, tzinfo=UTC)
    assert deal.name is None
    assert attributes(deal)["properties"]["dealname"] == "Lost by mistake"


def test_change_after_archiving_is_the_stamp_of_the_deletion() -> None:
    found = record("companies") | {"archived": True, "archivedAt": "2026-01-01T00:00:00Z"}
    customer = one(Customer, "companies", found)
    assert customer.source_updated_at == datetime(2026, 1, 10, 10, 10, 10, 500_000, tzinfo=UTC)
    assert customer.deleted_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_archived_record_is_deleted_whatever_is_wrong_with_it() -> None:
    found = record("line_items", 2, quantity="many") | {"archived": True}
    assert one(OrderItem, "line_items", found).deleted_at is not None


def test_product_becomes_a_product_in_the_currency_that_has_its_price() -> None:
    product = with_id(Product, example(SOURCE, "products.json"), "191902")
    assert (product.sku, product.name) == ("NX-200", "Pump NX-200")
    assert product.description == "Centrifugal pump, 200 l/min"
    assert (product.unit_price, product.unit_price_currency) == (Decimal("1890.00"), "EUR")
    assert attributes(product)["properties"]["hs_cost_of_goods_sold"] == "1100.00"


def test_product_without_a_price_has_none() -> None:
    product = with_id(Product, example(SOURCE, "products.json"), "191903")
    assert (product.unit_price, product.unit_price_currency) == (None, None)
    assert attributes(product)["properties"]["hs_recurring_billing_period"] == "P24M"


def test_price_that_several_currencies_share_is_in_the_default_one() -> None:
    found = record(
        "products", hs_price_usd="1890.0", hs_status="inactive", hs_product_type="service"
    )
    (product,) = of_kind(Product, load("products", found, default_currency="EUR"))
    assert (product.unit_price, product.unit_price_currency) == (Decimal("1890.00"), "EUR")
    assert (product.status, product.category) == ("inactive", "service")
    without = one(Product, "products", found)
    assert without.unit_price is None
    assert attributes(without)["properties"]["price"] == "1890.00"


def test_line_item_becomes_an_item_of_its_deal() -> None:
    item = with_id(OrderItem, example(SOURCE, "line_items_with_associations.json"), "30031241447")
    assert (item.opportunity_source_id, item.order_source_id) == (DEAL_ID, None)
    assert (item.product_source_id, item.sku, item.description) == (
        "191902",
        "NX-200",
        "Pump NX-200",
    )
    assert (item.quantity, item.unit_price) == (Decimal(2), Decimal("1890.00"))
    assert (item.discount, item.total, item.currency) == (Decimal(189), Decimal(3591), "EUR")


@pytest.mark.parametrize(
    ("properties", "discount"),
    [
        ({"hs_total_discount": "189"}, Decimal(189)),
        ({"hs_total_discount": None, "discount": "50"}, Decimal(100)),
        ({"hs_total_discount": "", "discount": "", "hs_discount_percentage": "5"}, Decimal(189)),
        ({"hs_total_discount": None, "hs_discount_percentage": None}, None),
        ({"hs_total_discount": None, "quantity": None}, None),
    ],
)
def test_discount_is_that_of_the_whole_line(
    properties: dict[str, Any], discount: Decimal | None
) -> None:
    found = record("line_items", **({"discount": None} | properties))
    assert one(OrderItem, "line_items", found).discount == discount


def test_money_of_a_line_without_a_currency_is_kept() -> None:
    found = example(SOURCE, "line_items_with_associations.json")
    item = with_id(OrderItem, found, "30031241448")
    assert (item.quantity, item.unit_price, item.total) == (Decimal("1.5"), None, None)
    kept = attributes(item)["properties"]
    assert (kept["price"], kept["amount"], kept["discount"]) == ("800", "1125", "50")


def test_line_item_without_a_deal_is_set_aside_with_what_to_do() -> None:
    found = example(SOURCE, "line_items_with_associations.json")
    (bad,) = [each for each in found if isinstance(each, Rejected)]
    assert (bad.record_type, bad.rule) == ("line_items", "required")
    assert bad.path == "line_items[].associations.deals"
    assert "associations=deals" in bad.message


def test_listed_associations_become_relationships_with_their_labels() -> None:
    found = example(SOURCE, "associations_batch_read.json")
    assert edges(found) == {
        ("contact_of", f"contacts/{CONTACT_ID}", f"customers/{COMPANY_ID}"),
        ("contact_of", f"contacts/{CONTACT_ID}", f"customers/{OTHER_COMPANY_ID}"),
    }
    labels = [attributes(each)["types"] for each in of_kind(Relationship, found)]
    assert labels == [
        ["contact_to_company", "contact_to_company_unlabeled"],
        ["Billing contact", "contact_to_company_unlabeled"],
    ]
    assert {each.source_updated_at for each in of_kind(Relationship, found)} == {WRITTEN_AT}


@pytest.mark.parametrize(
    ("key", "collection"),
    [
        ("hubspot-data/companies/2026/01.json", "companies"),
        ("hubspot-data/companies-2026.json", "companies"),
        ("hubspot-data/Deals.json.gz", "deals"),
        ("hubspot-data/2026/line items.ndjson", "line_items"),
        ("hubspot-data/line-items/a.json", "line_items"),
        ("hubspot-data/lineitems_03.json", "line_items"),
        ("hubspot-data/deals/line_items.json", "line_items"),
        ("hubspot-data/contacts/deals-and-companies.json", "contacts"),
        ("hubspot-data/0-3/page.json", "deals"),
        ("hubspot-data/export.json", None),
        ("hubspot-data/company-contacts.json", None),
        ("hubspot-data/dealers/a.json", None),
    ],
)
def test_key_names_the_type(key: str, collection: str | None) -> None:
    assert types.of_key(key) == collection


@pytest.mark.parametrize("collection", sorted(FILES))
def test_record_tells_its_type_where_the_key_does_not(collection: str) -> None:
    content = page(*vendor_files.records(SOURCE, FILES[collection], "results"))
    named = read(content, key=f"hubspot-data/{collection}.json")
    assert read(content, key="hubspot-data/export.json") == named


@pytest.mark.parametrize(
    "link",
    [
        "https://api.hubapi.com/crm/v3/objects/deals?limit=3&after=1",
        "https://api.hubapi.com/crm/objects/2026-03/0-3?after=1",
    ],
)
def test_page_tells_its_type_by_the_link_to_the_next_one(link: str) -> None:
    bare = {"id": "1", "properties": {"hs_object_id": "1"}, "updatedAt": "2026-01-01T00:00:00Z"}
    content = {"results": [bare], "paging": {"next": {"after": "1", "link": link}}}
    (deal,) = read(json.dumps(content).encode(), key="hubspot-data/page-1.json")
    assert isinstance(deal, Opportunity)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"url": "https://app.hubspot.com/contacts/1/record/0-1/1"}, Contact),
        ({"url": "https://app.hubspot.com/contacts/1/company/1"}, Customer),
        (
            {"associations": {"tickets": {"results": [{"id": "5", "type": "deal_to_ticket"}]}}},
            Opportunity,
        ),
    ],
)
def test_address_and_associations_tell_the_type(more: dict[str, Any], kind: type[Entity]) -> None:
    bare = {"id": "1", "properties": {"name": "A"}} | more
    (found,) = read(page(bare), key="hubspot-data/a.json")
    assert isinstance(found, kind)


def test_record_that_nothing_tells_of_is_set_aside_with_what_to_do() -> None:
    (bad,) = read(page({"id": "1", "properties": {"name": "A"}}), key="hubspot-data/a.json")
    assert isinstance(bad, Rejected)
    assert bad.rule == "record_type"
    assert "hubspot-data/companies/" in bad.message
    assert "'hubspot-data/a.json'" in bad.message


def test_record_in_the_wrong_folder_is_set_aside() -> None:
    bad = rejected("companies", record("deals"))
    assert bad.rule == "record_type"
    assert "upload it under hubspot-data/deals/" in bad.message


def test_association_without_its_origin_is_set_aside() -> None:
    found = {"toObjectId": 7, "associationTypes": []}
    (bad,) = read(page(found), key="hubspot-data/a.json")
    assert isinstance(bad, Rejected)
    assert (bad.rule, bad.path) == ("required", "from")


def test_association_of_unknown_types_is_set_aside() -> None:
    other = {"toObjectId": 7, "associationTypes": [{"category": "USER_DEFINED", "typeId": 5}]}
    (bad,) = read(page({"from": {"id": "1"}, "to": [other]}), key="hubspot-data/a.json")
    assert isinstance(bad, Rejected)
    assert "not USER_DEFINED/5" in bad.message


@pytest.mark.parametrize(
    ("collection", "properties", "rule", "message"),
    [
        ("companies", {"numberofemployees": "many"}, "decimal", "a number, not 'many'"),
        ("companies", {"numberofemployees": "-1"}, "range", "0 or more, not '-1'"),
        ("companies", {"annualrevenue": "1e20"}, "range", "below 10^15, not 1E+20"),
        ("companies", {"name": 7}, "type", "not 7"),
        ("contacts", {"email": "nobody"}, "format", 'e-mail address, not "nobody"'),
        ("deals", {"amount": "1,000.00"}, "decimal", "a number, not '1,000.00'"),
        ("deals", {"closedate": "2026-02-30"}, "date", "not '2026-02-30'"),
        ("deals", {"hs_is_closed": "perhaps"}, "type", "true or false, not 'perhaps'"),
        ("deals", {"deal_currency_code": "EURO"}, "enumeration", "not 'EURO'"),
        ("deals", {"hs_deal_stage_probability": "1.5"}, "range", "0 to 100, not 150"),
        ("deals", {"closedate": "0001-01-01T00:00:00+14:00"}, "range", "a time in UTC"),
        ("products", {"hs_price_eur": 1890}, "type", "text or null, not 1890"),
        ("products", {"price": "free"}, "decimal", "a number, not 'free'"),
        ("line_items", {"quantity": "2 kg"}, "decimal", "a number, not '2 kg'"),
    ],
)
def test_rejection_names_property_rule_and_value(
    collection: str, properties: dict[str, Any], rule: str, message: str
) -> None:
    bad = rejected(collection, record(collection, **properties))
    (name,) = properties
    assert (bad.record_type, bad.path) == (collection, f"{collection}[].properties.{name}")
    assert bad.rule == rule
    assert message in bad.message


@pytest.mark.parametrize(
    ("found", "rule", "message"),
    [
        ({"properties": {"name": "A"}}, "required", "the record's id"),
        ({"companyId": 7, "properties": {"name": {"value": "A"}}}, "version", "/crm/v3/objects"),
    ],
)
def test_record_without_an_id_is_set_aside(found: dict[str, Any], rule: str, message: str) -> None:
    bad = rejected("companies", found)
    assert (bad.path, bad.rule) == ("companies[].id", rule)
    assert message in bad.message


def test_stamp_of_the_properties_stands_in_for_that_of_the_record() -> None:
    found = record("contacts", 2)
    del found["updatedAt"]
    contact = one(Contact, "contacts", found)
    assert contact.source_updated_at == datetime(2026, 1, 10, 10, 10, 10, 500_000, tzinfo=UTC)
    del found["properties"]["lastmodifieddate"]
    assert one(Contact, "contacts", found).source_updated_at == WRITTEN_AT
