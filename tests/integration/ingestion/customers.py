"""Customers as each system exports them, and what the pipeline makes of who is the same."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.integration.ingestion.conftest import Pipeline
from tests.integration.ingestion.matching import Name, Record

SYSTEMS = ("crm", "erp", "shopify", "stripe")


def load(pipeline: Pipeline, *records: Record, at: int = 1) -> None:
    """Loads one file for each system that has any of the records, as they were at that hour."""
    by_system = defaultdict(list)
    for record in records:
        by_system[record.system].append(export(record, f"2026-01-01T{at:02}:00:00Z"))
    for system, exported in by_system.items():
        collection = "data" if system == "stripe" else "customers"
        outcome = pipeline.load({collection: exported}, key=f"{system}-data/customers.json")
        assert (outcome.status, outcome.quarantined) == ("loaded", 0)


def delete(pipeline: Pipeline, name: Name, at: int = 2) -> None:
    """Loads the mark of a deletion from the CRM."""
    system, source_id = name
    assert system == "crm"
    pipeline.load([{"id": source_id, "deleted": True, "updated_at": f"2026-01-01T{at:02}:00:00Z"}])


def export(record: Record, changed_at: str) -> dict[str, Any]:
    """The record in its system's own shape."""
    match record.system:
        case "crm":
            return {
                "id": record.id, "name": record.name, "legal_name": record.legal_name,
                "email": record.email, "phone": record.phone_key, "tax_id": record.tax_id,
                "address": {"postal_code": record.postal_code, "country": record.country},
                "external_ids": dict(record.external_ids), "updated_at": changed_at,
            }  # fmt: skip
        case "erp":
            return {
                "customer_no": record.id, "company_name": record.name,
                "legal_name": record.legal_name, "email": record.email,
                "telephone": record.phone_key, "vat_id": record.tax_id, "zip": record.postal_code,
                "country": record.country, "crm_id": record.external_ids.get("crm"),
                "changed_at": changed_at,
            }  # fmt: skip
        case "shopify":
            return {
                "id": record.id, "first_name": record.name, "email": record.email,
                "phone": record.phone_key, "orders_count": 1, "updated_at": changed_at,
                "default_address": {"zip": record.postal_code, "country_code": record.country},
            }  # fmt: skip
        case "stripe":
            customer = {
                "id": record.id, "object": "customer", "name": record.name, "email": record.email,
                "phone": record.phone_key,
                "address": {"postal_code": record.postal_code, "country": record.country},
                "metadata": {f"{system}_id": id_ for system, id_ in record.external_ids.items()},
            }  # fmt: skip
            # an event, since nothing else of Stripe's says when a customer changed
            seconds = int(datetime.fromisoformat(changed_at).timestamp())
            return {
                "object": "event", "type": "customer.updated", "created": seconds,
                "data": {"object": customer},
            }  # fmt: skip
    raise ValueError(record.system)


def groups(pipeline: Pipeline) -> set[frozenset[Name]]:
    """Who is one customer, by the view of unified customers."""
    rows = pipeline.rows("""
        SELECT unified.unified_id, customer.source_system, customer.source_id
        FROM canonical.unified_customers AS unified
        CROSS JOIN LATERAL unnest(unified.customer_ids) AS member (id)
        JOIN canonical.customers AS customer USING (id)
    """)
    found = defaultdict(set)
    for row in rows:
        found[row["unified_id"]].add((row["source_system"], row["source_id"]))
    return {frozenset(group) for group in found.values()}


def together(pipeline: Pipeline) -> list[list[Name]]:
    """The same, without those who are alone."""
    return sorted(sorted(group) for group in groups(pipeline) if len(group) > 1)


def conflicts(pipeline: Pipeline) -> list[tuple[str, str, str, list[str]]]:
    """Why which keys did not join whom: reason, kind, key, ids at the source."""
    rows = pipeline.rows("""
        SELECT reason, matched_on, matched_value, array_agg(customer.source_id ORDER BY 1) AS ids
        FROM canonical.identity_conflicts AS conflict
        CROSS JOIN LATERAL unnest(conflict.customer_ids) AS member (id)
        JOIN canonical.customers AS customer USING (id)
        GROUP BY reason, matched_on, matched_value
        ORDER BY reason, matched_on, matched_value
    """)
    return [
        (row["reason"], row["matched_on"], row["matched_value"], sorted(row["ids"])) for row in rows
    ]


def workspace_rows(pipeline: Pipeline) -> int:
    """How much is left in the tables that unifying works with."""
    names: Iterable[str] = ("scope", "touched", "shared", "edges", "nodes", "hooks")
    return sum(
        int(pipeline.row(f"SELECT count(*) AS rows FROM ingest.identity_{name}")["rows"])
        for name in names
    )
