"""From an upload to an answer, through everything that is deployed."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.setup_steps import LOCALSTACK_VENV
from local.state import Environment
from tests.integration.conftest import Api

# One after another with all that counts on what was loaded last.
pytestmark = pytest.mark.xdist_group("deployed-data")

PATIENCE_SECONDS = 120

Ledger = Callable[[str], dict[str, Any]]


@pytest.fixture
def loaded(environment: Environment) -> Ledger:
    """Waits until a file is loaded and returns its entry in the ledger."""

    def wait(key: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with psycopg.connect(
            environment.admin_conninfo(), autocommit=True, row_factory=dict_row
        ) as connection:
            while time.monotonic() < deadline:
                query = "SELECT * FROM ingest.files WHERE key = %s AND finished_at IS NOT NULL"
                if entry := connection.execute(query, [key]).fetchone():
                    return entry
                time.sleep(0.1)
        raise AssertionError(f"{key} was not loaded within {PATIENCE_SECONDS} s")

    return wait


def customers(unique: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{unique}-{number}",
            "name": f"Customer {number} of {unique}",
            "email": f"{unique}-{number}@example.com",
            "updated_at": "2026-01-02T03:04:05Z",
        }
        for number in range(count)
    ]


def test_plain_aws_command_line_uploads_what_is_loaded(
    environment: Environment, raw_bucket: str, unique: str, tmp_path: Path, loaded: Ledger
) -> None:
    file = tmp_path / "export of the day.ndjson"
    file.write_text("\n".join(json.dumps(record) for record in customers(unique, 3)))
    key = f"crm-data/{unique}/{file.name}"

    subprocess.run(
        [
            *(str(LOCALSTACK_VENV / "bin" / "aws"), "--endpoint-url", environment.endpoint),
            *("s3", "cp", str(file), f"s3://{raw_bucket}/{key}"),
        ],
        env=environment.process_environment(),
        check=True,
        capture_output=True,
    )

    entry = loaded(key)
    assert entry["status"] == "loaded"
    assert entry["records_inserted"] == 3


def test_upload_with_boto3_is_answered_by_the_next_query(
    environment: Environment,
    raw_bucket: str,
    unique: str,
    loaded: Ledger,
    api: Api,
) -> None:
    key = f"crm-data/{unique}.json"
    before = api.get("analytics", params={"operation": "simple_demo"}).json()

    environment.client("s3").put_object(
        Bucket=raw_bucket, Key=key, Body=json.dumps({"customers": customers(unique, 2)}).encode()
    )
    loaded(key)

    after = api.get("analytics", params={"operation": "simple_demo"}).json()
    assert after["datasetVersion"] > before["datasetVersion"]
    assert _customers_of_crm(after) >= _customers_of_crm(before) + 2


def test_customer_of_two_systems_is_one_unified_customer(
    environment: Environment, raw_bucket: str, unique: str, loaded: Ledger
) -> None:
    s3 = environment.client("s3")
    crm = {"customers": customers(unique, 1)}
    erp = {
        "customers": [
            {
                "customer_no": f"K-{unique}",
                "company_name": f"CUSTOMER 0 OF {unique.upper()}",
                "email": f"{unique.upper()}-0@Example.com",
                "changed_at": "2026-02-03T04:05:06Z",
            }
        ]
    }
    s3.put_object(Bucket=raw_bucket, Key=f"erp-data/{unique}.json", Body=json.dumps(erp).encode())
    s3.put_object(Bucket=raw_bucket, Key=f"crm-data/{unique}.json", Body=json.dumps(crm).encode())
    loaded(f"erp-data/{unique}.json")
    loaded(f"crm-data/{unique}.json")

    with psycopg.connect(environment.admin_conninfo()) as connection:
        rows = connection.execute(
            "SELECT source_systems, record_count FROM canonical.unified_customers WHERE email = %s",
            [f"{unique}-0@example.com"],
        ).fetchall()
    assert rows == [(["crm", "erp"], 2)]


def test_health_needs_no_key(environment: Environment) -> None:
    with Api(environment.api_url, "") as anonymous:
        del anonymous.headers["x-api-key"]
        health = anonymous.get("health")
        refused = anonymous.get("analytics", params={"operation": "simple_demo"})

    assert health.status_code == 200
    assert health.json()["status"] == "ok"
    assert refused.status_code == 403


def _customers_of_crm(answer: dict[str, Any]) -> int:
    (row,) = (
        row
        for row in answer["rows"]
        if (row["entity"], row["source_system"]) == ("customers", "crm")
    )
    return int(row["records"])
