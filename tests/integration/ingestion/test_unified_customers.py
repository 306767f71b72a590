"""The same customer in two systems."""

from typing import Any

from tests.integration.ingestion.conftest import Pipeline

UNIFIED = "SELECT * FROM canonical.unified_customers ORDER BY unified_id"


def load(pipeline: Pipeline, crm: list[dict[str, Any]], erp: list[dict[str, Any]]) -> None:
    pipeline.load({"customers": crm}, key="crm-data/customers.json")
    pipeline.load({"customers": erp}, key="erp-data/customers.json")


def test_same_address_in_any_case_is_the_same_customer(pipeline: Pipeline) -> None:
    load(
        pipeline,
        [{"id": "C1", "name": "Acme", "email": "info@acme.example", "industry": "Retail",
          "updated_at": "2026-01-01T00:00:00Z"}],
        [{"customer_no": 7, "company_name": "ACME GmbH", "email": " INFO@Acme.example",
          "changed_at": "2026-02-01T00:00:00Z"}],
    )  # fmt: skip
    tables = pipeline.rows("SELECT source_system, source_id FROM canonical.customers ORDER BY 1")
    assert [tuple(row.values()) for row in tables] == [("crm", "C1"), ("erp", "7")]
    unified = pipeline.row(UNIFIED)
    assert unified["source_systems"] == ["crm", "erp"]
    assert (unified["system_count"], unified["record_count"]) == (2, 2)
    assert (unified["name"], unified["industry"]) == ("ACME GmbH", "Retail")
    assert unified["email"] == "info@acme.example"


def test_declared_id_is_enough(pipeline: Pipeline) -> None:
    load(
        pipeline,
        [{"id": "C1", "name": "Acme"}],
        [{"customer_no": 7, "company_name": "Other name", "crm_id": "C1"}],
    )
    assert pipeline.row(UNIFIED)["system_count"] == 2
    match = pipeline.row("SELECT matched_on, matched_value FROM canonical.customer_matches")
    assert match == {"matched_on": "external_id", "matched_value": "crm:C1"}


def test_matches_hang_together_over_several_steps(pipeline: Pipeline) -> None:
    load(
        pipeline,
        [{"id": "C1", "name": "A", "email": "a@a.example"}, {"id": "C2", "name": "B"}],
        [{"customer_no": 7, "company_name": "C", "email": "a@a.example", "crm_id": "C2"}],
    )
    unified = pipeline.row(UNIFIED)
    ids = [row["id"] for row in pipeline.rows("SELECT id FROM canonical.customers ORDER BY id")]
    assert sorted(unified["customer_ids"]) == ids
    assert unified["unified_id"] == ids[0]


def test_address_that_two_of_one_system_share_decides_nothing(pipeline: Pipeline) -> None:
    shared = "office@shared.example"
    load(
        pipeline,
        [{"id": "C1", "name": "A", "email": shared}, {"id": "C2", "name": "B", "email": shared}],
        [{"customer_no": 7, "company_name": "C", "email": shared}],
    )
    assert len(pipeline.rows(UNIFIED)) == 3


def test_deleted_customer_is_unified_with_none(pipeline: Pipeline) -> None:
    load(
        pipeline,
        [{"id": "C1", "name": "A", "email": "a@a.example"}],
        [{"customer_no": 7, "company_name": "B", "email": "a@a.example"}],
    )
    pipeline.load({"customers": [{"id": "C1", "deleted": True}]})
    assert pipeline.row(UNIFIED)["source_systems"] == ["erp"]
