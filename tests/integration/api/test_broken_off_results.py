"""A job that fails when part of its result is stored, through the deployed workflow."""

import time

from local.state import Environment
from tests.integration.conftest import Api

FAILS_AFTER_SOME_ROWS = "SELECT 1 / (n - 3000) AS n FROM generate_series(1, 5000) AS n"


def test_part_of_a_result_is_removed(api: Api, environment: Environment) -> None:
    request = {
        "operation": "custom_complex_query",
        "parameters": {"query": FAILS_AFTER_SOME_ROWS},
    }
    job_id = api.post("/analytics/jobs", json=request).json()["jobId"]
    deadline = time.monotonic() + 120
    while (job := api.get(f"/analytics/jobs/{job_id}").json())["status"] != "FAILED":
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
    uploads = environment.client("s3").list_multipart_uploads(
        Bucket=environment.output("AnalyticsStack", "ResultsBucketName")
    )
    assert job_id not in str(uploads.get("Uploads"))
