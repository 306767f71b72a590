import json

import pytest

from data_pipeline.canonical.entities import JsonText
from data_pipeline.sources.declared_ids import declared


def ids(entity: str = "customers", system: str = "salesforce", **attributes: object) -> object:
    return declared(entity, JsonText(json.dumps(attributes)), system=system)


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("ERP_Customer_Id__c", "erp"),
        ("sap_business_partner_number", "sap"),
        ("pkg__HubSpot_Company_ID__c", "hubspot"),
        ("shopify_id", "shopify"),
        ("StripeCustomerNo", "stripe"),
    ],
)
def test_name_of_a_field_declares_whose_id_it_holds(name: str, system: str) -> None:
    assert ids(**{name: "47"}) == {system: "47"}


def test_zeros_before_a_number_are_part_of_it_but_for_those_that_fill_up_saps() -> None:
    assert ids(erp_id="0047", sap_id="0047") == {"erp": "0047", "sap": "47"}


@pytest.mark.parametrize(
    "name",
    ["SAP_Plant__c", "erp", "my_erp_id", "hubspot_contact_id", "Salesforce_Id__c", "erp_id_date"],
)
def test_other_names_declare_nothing(name: str) -> None:
    assert ids(**{name: "47"}) == {}


def test_noun_is_that_of_the_entity() -> None:
    assert ids("contacts", hubspot_contact_id=7) == {"hubspot": "7"}
    assert ids("products", sap_material_number="P-1") == {"sap": "P-1"}


@pytest.mark.parametrize("value", [None, "", "  ", {"id": 1}, [1], 1.5])
def test_value_that_is_no_id_declares_nothing(value: object) -> None:
    assert ids(erp_id=value) == {}
