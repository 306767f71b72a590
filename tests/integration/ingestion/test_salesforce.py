"""Responses of Salesforce's REST API, uploaded as they were saved."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.ingestion.conftest import Pipeline

EXAMPLES = Path(__file__).parents[2] / "unit/sources/examples/salesforce"
ACCOUNT_ID, LOSER_ID = "0015g00000QxT1aAAF", "0015g00000QxT3CAAV"


def upload(pipeline: Pipeline, name: str) -> dict[str, int | str | None]:
    return pipeline.load((EXAMPLES / name).read_bytes(), f"salesforce-data/{name}")._asdict()


@pytest.fixture
def loaded(pipeline: Pipeline) -> Pipeline:
    """All queries, the children's before their parents'."""
    for name in (
        "order_with_items_query.json",
        "contact_query_page1.json",
        "opportunity_query.json",
        "product2_query.json",
        "account_query_all.json",
    ):
        outcome = upload(pipeline, name)
        assert (outcome["status"], outcome["quarantined"]) == ("loaded", 0), name
    return pipeline


def test_every_type_finds_its_parents_whichever_came_first(loaded: Pipeline) -> None:
    assert loaded.rows("""
        SELECT account.name AS account, contact.name AS contact, deal.stage, deal.amount
        FROM canonical.current_opportunities AS deal
        JOIN canonical.customers AS account ON account.id = deal.customer_id
        JOIN canonical.contacts AS contact ON contact.id = deal.contact_id
    """) == [
        {
            "account": "Nordlicht Pumpen GmbH",
            "contact": "Jörg Petersen",
            "stage": "Negotiation/Review",
            "amount": Decimal("125000.5"),
        }
    ]
    assert loaded.rows("""
        SELECT purchase.order_number, product.name AS product, item.total
        FROM canonical.current_order_items AS item
        JOIN canonical.current_orders AS purchase ON purchase.id = item.order_id
        JOIN canonical.products AS product ON product.id = item.product_id
        WHERE purchase.customer_id IS NOT NULL
        ORDER BY item.line_number
    """) == [
        {"order_number": "00001042", "product": "Pump NX-200", "total": Decimal("3600.0")},
        {"order_number": "00001042", "product": "Seal kit", "total": Decimal("230.0")},
        {"order_number": "00001044", "product": "Pump NX-200", "total": Decimal("-1800.0")},
    ]


def test_merged_account_is_out_of_sight_and_leads_to_the_other(loaded: Pipeline) -> None:
    names = {row["name"] for row in loaded.rows("SELECT name FROM canonical.current_customers")}
    assert names == {"Nordlicht Pumpen GmbH", "Blue Heron Foods"}
    merger = loaded.row("""
        SELECT from_source_id, winner.name
        FROM canonical.current_relationships AS edge
        JOIN canonical.customers AS winner ON winner.id = edge.to_id
        WHERE relationship_type = 'merged_into'
    """)
    assert merger == {"from_source_id": LOSER_ID, "name": "Nordlicht Pumpen GmbH"}


def test_the_same_record_from_another_endpoint_changes_nothing(loaded: Pipeline) -> None:
    loaded.let_a_second_pass()
    outcome = upload(loaded, "account_single.json")
    assert (outcome["unchanged"], outcome["updated"]) == (1, 0)


def test_list_of_deletions_deletes_what_is_live(loaded: Pipeline) -> None:
    deletion = {
        "deletedRecords": [{"id": ACCOUNT_ID, "deletedDate": "2026-02-01T00:00:00.000+0000"}]
    }
    assert loaded.load(deletion, "salesforce-data/deleted.json").updated == 1
    stored = loaded.row(
        "SELECT name, deleted_at IS NOT NULL AS deleted, version FROM canonical.customers"
        " WHERE source_id = %s",
        ACCOUNT_ID,
    )
    assert stored == {"name": "Nordlicht Pumpen GmbH", "deleted": True, "version": 2}


def test_lines_of_records_load_with_the_bad_one_set_aside(pipeline: Pipeline) -> None:
    content = (
        b'{"Id": "0015g00000QxT1a", "Name": "Short id"}\n'
        b'{"Id": "0015g00000QxT2b", "Name": "Bad", "NumberOfEmployees": -5}\n'
    )
    outcome = pipeline.load(content, "salesforce-data/accounts.ndjson")
    assert (outcome.inserted, outcome.quarantined) == (1, 1)
    assert pipeline.row("SELECT source_id FROM canonical.customers") == {"source_id": ACCOUNT_ID}
    bad = pipeline.row("SELECT place, record_type, rule, message FROM ingest.quarantine")
    assert bad == {
        "place": "line 2: Account[].NumberOfEmployees",
        "record_type": "Account",
        "rule": "range",
        "message": "Expected a whole number of at least 0, not -5",
    }
