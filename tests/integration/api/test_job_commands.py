"""Jobs from a shell, with nothing but curl and the AWS command line."""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local import shell_variables
from local.state import Environment
from tests.integration.infra.executions import Workflow
from tests.integration.messages import letters_about

type Shell = Callable[[str], str]

_SUBMIT_AND_POLL = """
JOB=$(curl -s -X POST "$API_URL/analytics/jobs" -H "x-api-key: $API_KEY" \
  -H "Content-Type: application/json" -d '{request}' \
  | python3 -c 'import json, sys; print(json.load(sys.stdin)["jobId"])')
for attempt in $(seq 120); do
  curl -s -H "x-api-key: $API_KEY" "$API_URL/analytics/jobs/$JOB" > status.json
  grep -qE '"status": "(SUCCEEDED|FAILED|CANCELLED|TIMED_OUT)"' status.json && break
  sleep 0.5
done
cat status.json
"""


@pytest.fixture
def shell(environment: Environment, tmp_path: Path) -> Shell:
    """Runs commands in an empty directory, in a shell that points to the environment."""

    def shell(commands: str) -> str:
        done = subprocess.run(
            [
                "bash",
                "-euo",
                "pipefail",
                "-c",
                f"{shell_variables.commands(environment)}\n{commands}",
            ],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    return shell


def _finished(shell: Shell, **request: object) -> dict[str, object]:
    status: dict[str, object] = json.loads(
        shell(_SUBMIT_AND_POLL.replace("{request}", json.dumps(request)))
    )
    assert status["status"] == "SUCCEEDED", status
    return status


def test_analysis_of_a_timeframe_is_submitted_polled_and_fetched(
    environment: Environment, shell: Shell
) -> None:
    job = _finished(
        shell, operation="multi_dimensional_analytics", parameters={"timeframe": "3 months"}
    )
    job_id = str(job["jobId"])
    path = f"/analytics/jobs/{job_id}/result"
    result = json.loads(shell(f'curl -s -H "x-api-key: $API_KEY" "$API_URL{path}"'))
    assert result["operation"] == "multi_dimensional_analytics"
    assert result["parameters"]["timeframe"] == "3 months"
    assert result["rowCount"] == len(result["rows"]) == job["rowCount"]

    # A job has ended before its execution has, which tells of it.
    Workflow.deployed(environment).ended(job_id)
    executions = json.loads(
        shell('aws stepfunctions list-executions --state-machine-arn "$STATE_MACHINE_ARN"')
    )["executions"]
    (listed,) = (one for one in executions if one["name"] == job_id)
    described = json.loads(
        shell(f"aws stepfunctions describe-execution --execution-arn {listed['executionArn']}")
    )
    assert described["status"] == listed["status"] == "SUCCEEDED"
    assert json.loads(described["input"])["parameters"]["timeframe"] == "3 months"

    (letter,) = letters_about(environment, job_id)
    assert letter.startswith("Your job succeeded.")
    assert "Operation: multi_dimensional_analytics" in letter


@pytest.mark.parametrize("options", ["-sL -O", "-sL -OJ"])
def test_large_result_is_stored_and_downloaded_by_curl_alone(
    environment: Environment, shell: Shell, tmp_path: Path, options: str
) -> None:
    job = _finished(
        shell,
        operation="customer_analysis",
        parameters={"metric": "lifetime_value", "group_by": "industry"},
    )
    assert int(str(job["rowCount"])) > 1_000
    stored = environment.client("s3").list_objects_v2(
        Bucket=environment.output("AnalyticsStack", "ResultsBucketName"),
        Prefix=f"jobs/7/{job['jobId']}/",
    )["Contents"]
    assert [item["Size"] for item in stored] == [job["bytes"]]

    path = f"/analytics/jobs/{job['jobId']}/result"
    shell(f'curl {options} -H "x-api-key: $API_KEY" "$API_URL{path}"')
    (tmp_path / "status.json").unlink()
    (file,) = tmp_path.iterdir()
    named = f"customer_analysis-{job['jobId']}.ndjson.gz"
    assert file.name == (named if "J" in options else "result")
    assert len(gzip.decompress(file.read_bytes()).splitlines()) == job["rowCount"]
