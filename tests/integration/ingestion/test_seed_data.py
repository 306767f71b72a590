"""The exports of the repository: all are loaded, and their customers found again in each other."""

from collections import Counter
from itertools import chain

import msgspec

from data_pipeline.canonical.entities import Customer
from tests.integration.ingestion.conftest import Pipeline
from tests.integration.ingestion.customers import groups
from tests.integration.ingestion.matching import Record, unified
from tests.unit.seed_data.exported import SEED_DATA, files, outcomes, written

SYSTEMS = {"crm-data": "crm", "erp-data": "erp", "shop-data": "shopify", "billing-data": "stripe"}


def test_seed_is_loaded_and_its_customers_are_unified_as_the_rules_say(pipeline: Pipeline) -> None:
    for path in files(SEED_DATA):
        outcome = pipeline.load(path.read_bytes(), key=path.relative_to(SEED_DATA).as_posix())
        assert outcome.status == "loaded"
        assert outcome.quarantined == (3 if path.name == "customer-data.json" else 0)
        assert outcome.stale == outcome.unchanged == outcome.updated == 0

    expected = unified(records())
    assert groups(pipeline) == expected
    sizes = Counter(len({system for system, _ in group}) for group in expected)
    assert sizes[2] > 300
    assert sizes[3] > 100
    assert sizes[4] > 50
    counts = pipeline.rows(
        "SELECT system_count, count(*) AS rows FROM canonical.unified_customers GROUP BY 1"
    )
    assert {row["system_count"]: row["rows"] for row in counts} == sizes
    reasons = Counter(
        row["reason"] for row in pipeline.rows("SELECT * FROM canonical.identity_conflicts")
    )
    assert reasons["ambiguous_key"] > 10


def records() -> list[Record]:
    """The customers in the files, as far as identity rests on them."""
    return [
        record(SYSTEMS[each.key.partition("/")[0]], outcome)
        for each in written(SEED_DATA)
        for outcome in outcomes(each)
        if isinstance(outcome, Customer)
    ]


def record(system: str, customer: Customer) -> Record:
    return Record(
        system=system,
        id=customer.source_id,
        name=customer.name or "",
        legal_name=customer.legal_name,
        email=customer.email,
        phone_key=customer.phone_key,
        tax_id=customer.tax_id,
        postal_code=customer.postal_code,
        country=customer.country,
        external_ids=msgspec.json.decode(customer.external_ids),
    )


def test_no_customer_of_the_seed_is_in_two_unified_customers(pipeline: Pipeline) -> None:
    for path in files(SEED_DATA):
        if "customer" in path.name or "master" in path.name:
            pipeline.load(path.read_bytes(), key=path.relative_to(SEED_DATA).as_posix())
    members = list(chain.from_iterable(groups(pipeline)))
    assert len(members) == len(set(members)) == len(records())
