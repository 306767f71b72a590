"""The commands of docs/operations.md that are marked `bash`, as they are written there."""

import os
import re
import subprocess

import pytest

from local import shell_variables
from local.setup_steps import ROOT
from local.state import Environment

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DEFINITIONS, *COMMANDS = re.findall(r"^```bash\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
# What they say of the environment they run in, in the order of the page.
SAID = (
    "",
    "",
    "ConcurrentExecutions",
    "ApproximateNumberOfMessages",
    "key,rule,records,example",
    "",
    '"status"',
    '"dryRun"',
    "",
    "data-pipeline/database/owner",
)


@pytest.mark.xdist_group("deployed-data")
@pytest.mark.parametrize(("commands", "said"), list(zip(COMMANDS, SAID, strict=True)))
def test_commands_run_in_the_local_environment(
    environment: Environment, commands: str, said: str
) -> None:
    script = f"{shell_variables.commands(environment)}\n{DEFINITIONS}\n{commands}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


@pytest.mark.parametrize("block", re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL))
def test_commands_for_aws_alone_are_commands_of_the_shell(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
