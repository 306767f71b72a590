import os
import re
import subprocess

import pytest

from local import demo
from local.setup_steps import ROOT
from local.state import Environment

# One after another with all that loads files: the demo shows the newest, and what is in the cache.
pytestmark = pytest.mark.xdist_group("deployed-data")


@pytest.fixture(scope="module")
def output(environment: Environment) -> str:
    script = demo.script(demo.README.read_text(encoding="utf-8"))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=os.environ | {"PIPELINE_ENVIRONMENT": environment.name},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_commands_of_the_readme_work_as_they_are_written(output: str) -> None:
    assert '"status":"ok"' in output
    assert '"operation":"simple_demo"' in output
    assert '"operation":"database_info"' in output
    assert "X-Cache: HIT" in output
    assert '"status": "SUCCEEDED"' in output


def test_large_result_of_the_readme_has_every_customer(output: str) -> None:
    (lines,) = re.findall(r"^\s*(\d+)\ncustomer_group,", output, flags=re.MULTILINE)
    assert int(lines) > 1_001


def test_errors_of_the_readme_are_the_documented_ones(output: str) -> None:
    assert "/problems/unknown-operation" in output
    assert "/problems/missing-operation" in output
    assert "/problems/invalid-parameters" in output
    assert re.search(r"crm-data/broken\.json +failed .*byte 15", output)
