"""`make test-docker` where there can be no engine."""

import subprocess
import sys
from pathlib import Path

from local.setup_steps import ROOT


def test_without_any_engine_it_says_why_and_what_was_not_tested(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "local.docker_checks"],
        cwd=ROOT,
        # No engine answers there, and no package manager is found.
        env={"DOCKER_HOST": f"unix://{tmp_path}/docker.sock", "PATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "no container engine answers" in ended.stdout
    assert "NOT TESTED in containers, for want of an engine: " in ended.stdout
    assert ended.stderr == ""
