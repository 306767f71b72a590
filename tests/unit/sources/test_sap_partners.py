import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from data_pipeline.canonical.entities import (
    Contact,
    Customer,
    Entity,
    Relationship,
)
from tests.unit.sources.files import example, read_all
from tests.unit.sources.outcomes import WRITTEN_AT, attributes

KEY = "sap-data/page.json"

PARTNERS = "sap/business_partner_v2_expanded.json"


def partner(**changes: object) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(example(PARTNERS))["d"]["results"][0]
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
