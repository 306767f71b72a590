"""What a load does to kept answers: one that changes data makes them anew, another does not."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.state import Environment
from tests.integration.databases import TestDatabase
from tests.integration.function_environment import Invoke, body
from tests.integration.ingestion.conftest import Alerts, Pipeline, versioned_bucket

__all__ = ["versioned_bucket"]


@pytest.fixture
def pipeline(
    environment: Environment, versioned_bucket: str, database_url: TestDatabase
) -> Iterator[Pipeline]:
    alerts = Alerts(environment)
    made = Pipeline(environment, versioned_bucket, database_url, alerts)
    yield made
    made.close()
    alerts.remove()


def _customers(*names: str) -> dict[str, Any]:
    return {
        "customers": [
            {"id": f"C{number}", "name": name, "updated_at": "2026-05-01T00:00:00Z"}
            for number, name in enumerate(names)
        ]
    }


def _names(answer: dict[str, Any]) -> set[str]:
    return {row["name"] for row in body(answer)["rows"]}


def test_load_that_changes_data_makes_the_next_call_recompute(
    pipeline: Pipeline, invoke: Invoke
) -> None:
    def ask() -> dict[str, Any]:
        return invoke("GET", "/analytics", query="operation=customer_analysis&as_of=2026-06-30")

    pipeline.load(_customers("Acme"))
    first = ask()
    assert (first["headers"]["X-Cache"], _names(first)) == ("MISS", {"Acme"})
    version = first["headers"]["X-Dataset-Version"]

    pipeline.let_a_second_pass()
    again = pipeline.load(_customers("Acme"), key="crm-data/again.json")
    assert (again.status, again.unchanged) == ("loaded", 1)
    unchanged = ask()
    assert unchanged["headers"]["X-Cache"] == "HIT"
    assert unchanged["headers"]["X-Dataset-Version"] == version

    pipeline.let_a_second_pass()
    pipeline.load(_customers("Acme", "Bolt"), key="crm-data/more.json")
    changed = ask()
    assert (changed["headers"]["X-Cache"], _names(changed)) == ("MISS", {"Acme", "Bolt"})
    assert int(changed["headers"]["X-Dataset-Version"]) > int(version)
