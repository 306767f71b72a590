"""The commands of docs/ingestion.md, as they are written there."""

import json
import os
import re
import shlex
import subprocess

import msgspec
import pytest

from data_pipeline.replay.answer import Answer
from data_pipeline.replay.request import parse
from local import shell_variables
from local.setup_steps import ROOT
from local.state import Environment

PAGE = (ROOT / "docs" / "ingestion.md").read_text(encoding="utf-8")
COMMAND, EXAMPLES = re.findall(r"^```bash\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.xdist_group("deployed-data")
def test_command_replays_in_the_running_environment(environment: Environment) -> None:
    done = subprocess.run(
        ["bash", "-euc", f"{shell_variables.commands(environment)}\n{COMMAND}"],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    answer, _ = json.JSONDecoder().raw_decode(done.stdout)
    assert msgspec.convert(answer, Answer).dry_run
    assert answer["finished"]


@pytest.mark.parametrize("line", EXAMPLES.splitlines())
def test_example_is_a_request_that_is_understood(line: str) -> None:
    name, payload = shlex.split(line, comments=True)
    assert name == "replay"
    parse(json.loads(payload))
