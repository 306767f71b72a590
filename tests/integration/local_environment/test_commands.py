"""The commands a user types, against the running environment."""

import os
import subprocess
import sys

import pytest

from local.setup_steps import ROOT
from local.state import Environment

pytestmark = pytest.mark.xdist_group("local-environment")

COMMAND = f"{sys.executable} -m local.environment"


def run(environment: Environment, script: str) -> subprocess.CompletedProcess[str]:
    """Runs what a user would paste into a shell that knows nothing of AWS."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PIPELINE_ENVIRONMENT": environment.name,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_up_on_a_running_environment_keeps_it_and_shows_how_to_use_it(
    environment: Environment, api_key: str, raw_bucket: str
) -> None:
    before = environment.api_url
    result = run(environment, f"{COMMAND} up")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Stacks are up to date" in result.stdout
    assert "Seed data is loaded already" in result.stdout
    assert "GET /analytics?operation=simple_demo" in result.stdout
    assert environment.api_url == before
    for shown in (before, api_key, f"s3://{raw_bucket}/", environment.endpoint):
        assert shown in result.stdout


def test_a_local_up_is_refused_while_the_shell_points_to_aws(environment: Environment) -> None:
    result = run(environment, f"export AWS_ENDPOINT_URL=https://sts.amazonaws.com; {COMMAND} up")
    assert result.returncode == 1
    assert "unset AWS_ENDPOINT_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_printed_variables_lead_curl_and_aws_to_the_environment(
    environment: Environment,
) -> None:
    result = run(
        environment,
        f"""
        export AWS_PROFILE=production
        eval "$({COMMAND} env)"
        curl --silent --fail "$API_URL/health"
        aws --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity --query Account
        aws s3 ls "s3://$RAW_BUCKET/crm-data/"
        """,
    )
    assert result.returncode == 0, result.stderr
    assert '"status":"ok"' in result.stdout.replace(" ", "")
    assert "000000000000" in result.stdout
    assert "customer-data.json" in result.stdout


def test_status_shows_what_runs_and_what_was_loaded(environment: Environment) -> None:
    result = run(environment, f"{COMMAND} status")
    assert result.returncode == 0, result.stderr
    for shown in (str(environment.postgres_port), "AnalyticsStack", "_COMPLETE", "loaded"):
        assert shown in result.stdout


def test_logs_show_the_servers_and_the_functions(environment: Environment) -> None:
    result = run(environment, f"{COMMAND} logs --lines 5")
    assert result.returncode == 0, result.stderr
    for log in ("localstack", "postgres", "data-processor", "advanced-analytics"):
        assert f"--- {log}\n" in result.stdout


def test_a_command_on_an_environment_that_is_not_there_says_how_to_start_it(
    environment: Environment,
) -> None:
    result = run(environment, f"PIPELINE_ENVIRONMENT=nowhere {COMMAND} env")
    assert result.returncode == 1
    assert "PIPELINE_ENVIRONMENT=nowhere make up" in result.stderr
