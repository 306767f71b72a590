"""Responses of HubSpot's CRM interface, uploaded as they were saved."""

from decimal import Decimal
from pathlib import Path

import pytest

from data_pipeline.ingestion.processor import Processor
from local.state import Environment
from tests.integration.ingestion.conftest import Pipeline

EXAMPLES = Path(__file__).parents[2] / "unit/sources/examples/hubspot"


def upload(pipeline: Pipeline, name: str) -> tuple[str, int]:
    outcome = pipeline.load((EXAMPLES / name).read_bytes(), f"hubspot-data/{name}")
    return outcome.status, outcome.quarantined


@pytest.fixture
def loaded(pipeline: Pipeline) -> Pipeline:
    """All lists, the children's before their parents'."""
    for name in (
        "deals_with_associations.json",
        "contacts_with_associations.json",
        "companies.json",
        "products.json",
    ):
        assert upload(pipeline, name) == ("loaded", 0), name
    # One of its items belongs to a quote alone.
    assert upload(pipeline, "line_items_with_associations.json") == ("loaded", 1)
    return pipeline


def test_line_item_finds_its_deal_and_its_product(loaded: Pipeline) -> None:
    assert loaded.row("""
        SELECT deal.name AS deal, product.name AS product, item.order_id, item.total, item.currency
        FROM canonical.current_order_items AS item
        JOIN canonical.opportunities AS deal ON deal.id = item.opportunity_id
        JOIN canonical.products AS product ON product.id = item.product_id
    """) == {
        "deal": "Nordlicht - replacement pumps",
        "product": "Pump NX-200",
        "order_id": None,
        "total": Decimal(3591),
        "currency": "EUR",
    }


def test_line_item_without_a_deal_is_in_quarantine(loaded: Pipeline) -> None:
    bad = loaded.row("SELECT place, record_type, rule FROM ingest.quarantine")
    assert bad == {
        "place": "record 3: line_items[].associations.deals",
        "record_type": "line_items",
        "rule": "required",
    }


def test_deal_and_contact_find_their_company(loaded: Pipeline) -> None:
    assert loaded.rows("""
        SELECT company.name AS company, contact.name AS contact, deal.status
        FROM canonical.current_opportunities AS deal
        JOIN canonical.customers AS company ON company.id = deal.customer_id
        LEFT JOIN canonical.contacts AS contact ON contact.id = deal.contact_id
        ORDER BY deal.status
    """) == [
        {"company": "Nordlicht Pumpen GmbH", "contact": "Jörg Petersen", "status": "open"},
        {"company": "Kivu Coffee Ltd", "contact": None, "status": "won"},
    ]


def test_second_company_of_a_contact_is_a_relationship(loaded: Pipeline) -> None:
    edge = loaded.row("""
        SELECT contact.name AS contact, company.name AS company
        FROM canonical.current_relationships AS edge
        JOIN canonical.contacts AS contact ON contact.id = edge.from_id
        JOIN canonical.customers AS company ON company.id = edge.to_id
        WHERE edge.relationship_type = 'contact_of'
    """)
    assert edge == {"contact": "Jörg Petersen", "company": "Kivu Coffee Ltd"}


def test_archived_record_is_deleted_although_its_stamp_did_not_move(loaded: Pipeline) -> None:
    archived = {
        "id": "33995947220",
        "properties": {"dealname": "Nordlicht - replacement pumps"},
        "updatedAt": "2026-01-08T16:45:10.250Z",
        "archived": True,
        "archivedAt": "2026-01-11T09:30:00.000Z",
    }
    outcome = loaded.load({"results": [archived]}, "hubspot-data/deals/archived.json")
    assert (outcome.updated, outcome.stale) == (1, 0)
    live = loaded.rows("SELECT source_id FROM canonical.current_opportunities ORDER BY 1")
    assert [row["source_id"] for row in live] == ["37025922277", "37075122409"]


def test_full_record_brings_its_values_and_the_default_list_takes_them_away(
    loaded: Pipeline,
) -> None:
    query = "SELECT phone, city FROM canonical.customers WHERE source_id = '30528195785'"
    assert loaded.row(query) == {"phone": "+49 431 5550123", "city": "Kiel"}
    loaded.let_a_second_pass()
    assert upload(loaded, "companies_default_properties.json") == ("loaded", 0)
    assert loaded.row(query) == {"phone": None, "city": None}


def test_default_currency_of_the_deployment_is_that_of_amounts_without_one(
    environment: Environment, pipeline: Pipeline
) -> None:
    pipeline.processor = Processor(
        s3=pipeline.s3,
        sns=environment.client("sns"),
        alert_topic_arn=pipeline.alerts.topic_arn,
        default_currency="CHF",
    )
    assert upload(pipeline, "companies.json") == ("loaded", 0)
    stored = pipeline.row(
        "SELECT annual_revenue, annual_revenue_currency FROM canonical.customers"
        " WHERE source_id = '30528195827'"
    )
    assert stored == {"annual_revenue": Decimal("1200000.50"), "annual_revenue_currency": "CHF"}
