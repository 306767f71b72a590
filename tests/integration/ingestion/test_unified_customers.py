"""Which records of several systems are one customer, rule by rule."""

import pytest

from tests.integration.ingestion.conftest import Pipeline
from tests.integration.ingestion.customers import conflicts, groups, load, together
from tests.integration.ingestion.matching import Record

CRM = Record(system="crm", id="C1", name="Acme")
PHONE = "+49895550123"


def erp(name: str = "Other", **more: object) -> Record:
    return Record(system="erp", id="7", name=name, **more)  # type: ignore[arg-type]


def crm(**more: object) -> Record:
    return Record(system="crm", id="C1", name="Acme", **more)  # type: ignore[arg-type]


JOINED = {
    "an address": (crm(email="anna@acme.example"), erp(email=" ANNA@Acme.example")),
    "an address at a free mail service": (crm(email="a.b@gmail.com"), erp(email="A.B@gmail.com")),
    "a declared id": (CRM, erp(external_ids={"crm": "C1"})),
    "a declared id, the other way": (crm(external_ids={"erp": "7"}), erp()),
    "an id of a third system": (
        crm(external_ids={"sap": "9"}),
        Record(system="stripe", id="cus_1", name="B", external_ids={"sap": "9"}),
    ),
    "mailbox and name": (
        crm(email="info@acme.example"), erp("ACME GmbH", email="info@acme.example")
    ),
    "mailbox and telephone": (
        crm(email="sales@acme.example", phone_key=PHONE),
        erp(email="sales@acme.example", phone_key=PHONE),
    ),
    "telephone and name": (crm(phone_key=PHONE), erp("Acme, Inc.", phone_key=PHONE)),
    "telephone and legal name": (
        crm(phone_key=PHONE, legal_name="Acmé Works K.K."), erp("ACME WORKS", phone_key=PHONE)
    ),
    "telephone and tax id": (
        crm(phone_key=PHONE, tax_id="DE 123"), erp(phone_key=PHONE, tax_id="de123")
    ),
    "telephone and postal code": (
        crm(phone_key=PHONE, postal_code="80331", country="DE"),
        erp(phone_key=PHONE, postal_code="80 331", country="DE"),
    ),
    "telephone however it is written": (
        crm(phone_key="089/555 0123", country="DE"),
        erp("acme", phone_key="+49 (0) 89 5550-123"),
    ),
}  # fmt: skip

APART = {
    "nothing in common": (crm(email="anna@acme.example"), erp(email="ben@acme.example")),
    "the same name alone": (CRM, erp("Acme")),
    "a tag behind a plus": (crm(email="anna@a.example"), erp(email="anna+erp@a.example")),
    "a number without its extension": (
        crm(phone_key=PHONE), erp("Acme", phone_key=f"{PHONE} ext. 5")
    ),
    "an id of another system's record": (
        crm(external_ids={"sap": "7"}), erp(external_ids={"crm": "C7"})
    ),
    "nobody's mailbox": (
        crm(email="noreply@acme.example"), erp("Acme", email="noreply@acme.example")
    ),
    "a made-up number": (crm(phone_key="+49000000000"), erp("Acme", phone_key="+49000000000")),
    "postal codes of two countries": (
        crm(postal_code="80331", country="DE"), erp(postal_code="80331", country="FR")
    ),
}  # fmt: skip

UNSUPPORTED = {
    "info@acme.example": (crm(email="info@acme.example"), erp(email="info@acme.example")),
    PHONE: (crm(phone_key=PHONE), erp(phone_key=PHONE)),
}


@pytest.mark.parametrize("what", JOINED)
def test_one_customer_by(pipeline: Pipeline, what: str) -> None:
    one, other = JOINED[what]
    load(pipeline, one, other)
    assert groups(pipeline) == {frozenset({one.own_name, other.own_name})}
    assert conflicts(pipeline) == []


@pytest.mark.parametrize("what", APART)
def test_two_customers_with(pipeline: Pipeline, what: str) -> None:
    load(pipeline, *APART[what])
    assert together(pipeline) == []
    assert conflicts(pipeline) == []


@pytest.mark.parametrize("key", UNSUPPORTED)
def test_what_many_may_share_joins_nobody_by_itself_and_is_reported(
    pipeline: Pipeline, key: str
) -> None:
    load(pipeline, *UNSUPPORTED[key])
    assert together(pipeline) == []
    kind = "email" if "@" in key else "phone"
    assert conflicts(pipeline) == [("unsupported_key", kind, key, ["7", "C1"])]


def test_unified_customer_shows_what_its_sources_changed_last(pipeline: Pipeline) -> None:
    pipeline.load(
        [{"id": "C1", "name": "Acme", "email": "anna@acme.example", "industry": "Retail",
          "updated_at": "2026-01-01T00:00:00Z"}]
    )  # fmt: skip
    pipeline.load(
        {"customers": [{"customer_no": 7, "company_name": "ACME GmbH",
                        "email": "ANNA@acme.example", "changed_at": "2026-02-01T00:00:00Z"}]},
        key="erp-data/customers.json",
    )  # fmt: skip
    unified = pipeline.row("SELECT * FROM canonical.unified_customers")
    assert unified["source_systems"] == ["crm", "erp"]
    assert (unified["system_count"], unified["record_count"]) == (2, 2)
    assert (unified["name"], unified["industry"]) == ("ACME GmbH", "Retail")
    assert unified["email"] == "anna@acme.example"
    assert unified["unified_id"] == min(unified["customer_ids"])


def test_match_says_which_key_it_is_by(pipeline: Pipeline) -> None:
    load(pipeline, CRM, erp(external_ids={"crm": "C1"}))
    match = pipeline.row("SELECT matched_on, matched_value FROM canonical.customer_matches")
    assert match == {"matched_on": "external_id", "matched_value": "crm:C1"}


def test_matches_hang_together_over_several_steps(pipeline: Pipeline) -> None:
    chain = (
        crm(email="anna@acme.example"),
        erp(email="anna@acme.example", phone_key=PHONE),
        Record(system="stripe", id="cus_1", name="Other", phone_key=PHONE,
               external_ids={"shopify": "5"}),
        Record(system="shopify", id="5", name="Anna"),
    )  # fmt: skip
    load(pipeline, *chain)
    assert groups(pipeline) == {frozenset(record.own_name for record in chain)}


def test_one_system_may_declare_two_of_its_records_to_be_one(pipeline: Pipeline) -> None:
    partner = {
        "BusinessPartner": "1", "BusinessPartnerCategory": "2", "BusinessPartnerFullName": "Acme",
        "Customer": "9001", "CreationDate": "/Date(1767225600000)/",
    }  # fmt: skip
    pipeline.load({"d": {"results": [partner]}}, key="sap-data/partners.json")
    load(pipeline, crm(external_ids={"sap": "1"}))
    names = {("sap", "1"), ("sap", "9001"), ("crm", "C1")}
    assert groups(pipeline) == {frozenset(names)}
    assert conflicts(pipeline) == []
