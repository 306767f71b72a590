"""Loads leave a connection to RDS Proxy free for others."""

from pathlib import Path

import pytest

from data_pipeline.aws.database import Database
from local.setup_steps import ROOT
from local.state import Environment
from tests.integration import function_environment
from tests.integration.databases import TestDatabase
from tests.integration.ingestion.conftest import Pipeline
from tests.integration.proxy_rules import recorded

FILES = {
    "crm-data/customer-data.json": "crm-data",
    "erp-data/master-data.json": "erp-data",
    "erp-data/sales-data.json": "erp-data",
    "shop-data/orders.json": "shopify-data",
    "billing-data/invoices.json": "stripe-data",
}


def test_load_sends_nothing_that_pins(
    environment: Environment,
    pipeline: Pipeline,
    database_url: TestDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function_environment.reach(environment, monkeypatch)
    with (
        function_environment.database_secret(environment, database_url.writer) as secret,
        recorded(tmp_path / "libpq.trace", monkeypatch) as sent,
        Database(secret_id=secret, application="data-processor").open() as connection,
    ):
        monkeypatch.setattr(pipeline, "writer", connection)
        for file, prefix in FILES.items():
            key = f"{prefix}/{Path(file).name}"
            content = (ROOT / "seed-data" / file).read_bytes()
            assert pipeline.load(content, key=key).status == "loaded"
        assert pipeline.load([{"id": "1", "name": "New"}]).inserted == 1
        pipeline.let_a_second_pass()
        assert pipeline.load([{"id": "1", "name": "Changed"}]).updated == 1
    function_environment.forget()
    assert any("COPY" in statement for statement in sent.statements())
    assert sent.pinning() == []
