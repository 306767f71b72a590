import subprocess
import sys

import pytest

LOADED = "import sys, {module}; print(*sys.modules)"


def _loaded_by(module: str) -> set[str]:
    program = LOADED.format(module=module)
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_jobs_function_loads_no_database_driver() -> None:
    """The driver is a third of a cold start, and the function never queries the database."""
    assert "psycopg" not in _loaded_by("data_pipeline.jobs.handler")


@pytest.mark.parametrize("module", ["analytics.handler", "jobs.handler", "jobs.runner"])
def test_no_function_loads_an_operation_before_it_is_asked_for(module: str) -> None:
    operations = "data_pipeline.analytics.operations."
    assert not [name for name in _loaded_by(f"data_pipeline.{module}") if operations in name]


@pytest.mark.parametrize("module", ["analytics.handler", "jobs.handler", "jobs.runner"])
def test_no_function_loads_the_aws_sdk_before_it_is_needed(module: str) -> None:
    assert "boto3" not in _loaded_by(f"data_pipeline.{module}")
