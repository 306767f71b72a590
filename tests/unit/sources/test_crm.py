import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data_pipeline.canonical.entities import Contact, Customer, Opportunity, Product, Relationship
from data_pipeline.sources.crm import SOURCE
from tests.unit.sources.outcomes import (
    WRITTEN_AT,
    attributes,
    entities,
    one,
    outcomes,
    rejected,
)

CUSTOMER: dict[str, Any] = {
    "id": "C1",
    "type": "Company",
    "name": " Acme ",
    "email": "info@acme.example",
    "status": "Active",
    "address": {"city": "Lyon", "country": "FR", "floor": 3},
    "employees": 12,
    "annual_revenue": {"amount": "1234567.89", "currency": "EUR"},
    "created_at": "2025-01-02T03:04:05+02:00",
    "updated_at": "2026-01-02T03:04:05",
    "external_ids": {"erp": 100017, "shop": None},
    "tags": ["a", "b"],
}


def with_(**changes: Any) -> dict[str, Any]:
    return CUSTOMER | changes


def test_customer_is_mapped_to_typed_columns() -> None:
    customer = one(Customer, SOURCE, CUSTOMER)
    assert customer.source_id == "C1"
    assert (customer.name, customer.customer_type, customer.status) == ("Acme", "company", "active")
    assert (customer.city, customer.country, customer.employee_count) == ("Lyon", "FR", 12)
    assert (customer.annual_revenue, customer.annual_revenue_currency) == (
        Decimal("1234567.89"),
        "EUR",
    )
    assert customer.source_created_at == datetime(2025, 1, 2, 1, 4, 5, tzinfo=UTC)


def test_time_without_a_zone_is_utc() -> None:
    customer = one(Customer, SOURCE, CUSTOMER)
    assert customer.source_updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_record_without_a_time_is_as_old_as_its_file() -> None:
    assert one(Customer, SOURCE, {"id": 1, "name": "A"}).source_updated_at == WRITTEN_AT


def test_unknown_fields_are_kept_also_nested_ones() -> None:
    customer = one(Customer, SOURCE, CUSTOMER)
    assert attributes(customer) == {"tags": ["a", "b"], "address": {"floor": 3}}


def test_declared_ids_are_text_and_those_not_given_are_left_out() -> None:
    assert json.loads(one(Customer, SOURCE, CUSTOMER).external_ids) == {"erp": "100017"}


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_empty_text_is_absent(empty: str | None) -> None:
    customer = one(Customer, SOURCE, with_(email=empty, phone=empty, industry=empty))
    assert (customer.email, customer.phone, customer.industry) == (None, None, None)


def test_parent_company_becomes_a_relationship_of_the_child() -> None:
    edge = one(Relationship, SOURCE, with_(parent_id="C0"))
    assert edge.source_id == "parent_of:C1"
    assert (edge.relationship_type, edge.from_source_id, edge.to_source_id) == (
        "parent_of",
        "C0",
        "C1",
    )


def test_nested_records_belong_to_the_customer_and_are_as_old_as_it() -> None:
    record = with_(
        contacts=[{"id": "P1", "first_name": "Ana", "last_name": "Sá", "primary": True}],
        opportunities=[
            {"id": "O1", "name": "Deal", "status": "Closed Won", "probability": 100,
             "amount": {"amount": 10, "currency": "USD"}, "expected_close_date": "2026-03-31"}
        ],
    )  # fmt: skip
    contact = one(Contact, SOURCE, record)
    assert (contact.customer_source_id, contact.name, contact.is_primary) == ("C1", "Ana Sá", True)
    assert contact.source_updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    deal = one(Opportunity, SOURCE, record)
    assert (deal.customer_source_id, deal.status, deal.amount) == ("C1", "won", Decimal(10))
    assert deal.expected_close_date == date(2026, 3, 31)


def test_bad_nested_record_does_not_spoil_the_others() -> None:
    record = with_(contacts=[{"id": "P1", "last_name": "A"}, {"id": "P2"}])
    kinds = [type(outcome).__name__ for outcome in outcomes(SOURCE, record)]
    assert kinds == ["Customer", "Contact", "Rejected"]
    refusal = rejected(SOURCE, record)
    assert refusal.path == "customers[].contacts[1].last_name"
    assert (refusal.rule, refusal.record_type) == ("required", "contacts")
    assert refusal.parent_source_id == "C1"
    assert json.loads(refusal.raw) == {"id": "P2"}


@pytest.mark.parametrize(
    ("changes", "path", "rule", "told"),
    [
        ({"email": "nobody"}, "email", "format", '"nobody"'),
        ({"email": f"{'a' * 250}@b.co"}, "email", "length", "254"),
        ({"name": ""}, "name", "required", 'not ""'),
        ({"name": "   "}, "name", "required", "white space"),
        ({"id": None}, "id", "required", "not null"),
        ({"id": "x" * 256}, "id", "length", "255"),
        ({"employees": -1}, "employees", "range", "-1"),
        ({"employees": "many"}, "employees", "type", '"many"'),
        ({"status": "asleep"}, "status", "enumeration", "churned"),
        ({"created_at": "2026-02-30T00:00:00Z"}, "created_at", "date", "2026-02-30"),
        ({"address": {"country": "Germany"}}, "address.country", "enumeration", "Germany"),
        ({"address": "Lyon"}, "address", "type", "object"),
        ({"annual_revenue": {"amount": "1", "currency": "euro"}},
         "annual_revenue.currency", "enumeration", "euro"),
        ({"annual_revenue": {"amount": "a lot", "currency": "EUR"}},
         "annual_revenue.amount", "decimal", "a lot"),
        ({"annual_revenue": {"amount": "Infinity", "currency": "EUR"}},
         "annual_revenue.amount", "decimal", "Infinity"),
        ({"annual_revenue": {"amount": 1e15, "currency": "EUR"}},
         "annual_revenue.amount", "range", "10^15"),
        ({"annual_revenue": {"amount": "0.0000001", "currency": "EUR"}},
         "annual_revenue.amount", "range", "six"),
    ],
)  # fmt: skip
def test_refusal_names_field_rule_and_value(
    changes: dict[str, Any], path: str, rule: str, told: str
) -> None:
    refusal = rejected(SOURCE, with_(**changes))
    assert (refusal.path, refusal.rule) == (f"customers[].{path}", rule)
    assert told in refusal.message


def test_refused_customer_brings_none_of_its_contacts() -> None:
    record = with_(email="nobody", contacts=[{"id": "P1", "last_name": "A"}])
    assert len(outcomes(SOURCE, record)) == 1


@pytest.mark.parametrize("updated", [{}, {"updated_at": "2026-02-03T00:00:00Z"}])
def test_deleted_record_needs_nothing_but_its_id(updated: dict[str, str]) -> None:
    customer = one(Customer, SOURCE, {"id": 7, "deleted": True} | updated)
    assert customer.source_id == "7"
    assert customer.deleted_at == customer.source_updated_at
    assert customer.name is None


def test_record_that_says_it_is_not_deleted_is_not() -> None:
    assert one(Customer, SOURCE, with_(deleted=False)).deleted_at is None


@pytest.mark.parametrize(
    ("record_type", "record", "kind"),
    [
        ("contact", {"id": 1, "last_name": "A"}, Contact),
        ("Opportunities", {"id": 1, "name": "A"}, Opportunity),
        ("product", {"id": 1, "name": "A", "price": {"amount": 2, "currency": "JPY"}}, Product),
        (None, {"id": 1, "name": "A"}, Customer),
    ],
)
def test_bare_record_says_what_it_is(
    record_type: str | None, record: dict[str, Any], kind: type
) -> None:
    (entity,) = entities(SOURCE, record | {"record_type": record_type})
    assert type(entity) is kind


def test_bare_record_of_an_unknown_type_is_refused() -> None:
    refusal = rejected(SOURCE, {"id": 1, "record_type": "invoice"})
    assert (refusal.path, refusal.rule) == ("record_type", "enumeration")


def test_relationship_may_reach_into_another_system() -> None:
    record = {
        "id": "R1",
        "type": "supplies",
        "from": {"entity": "customer", "id": "C1"},
        "to": {"entity": "customer", "id": 100017, "system": "erp"},
    }
    edge = one(Relationship, SOURCE, record, "relationships")
    assert (edge.from_entity, edge.from_source_system) == ("customers", "crm")
    assert (edge.to_source_system, edge.to_source_id) == ("erp", "100017")
