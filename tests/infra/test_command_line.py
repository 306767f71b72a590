"""Synthesis from the command line, with no account and no network."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from infra import lambda_bundle
from infra.lambda_bundle import ROOT
from local.node import node_environment

NOWHERE = "http://127.0.0.1:9"
# A network of its own, without any interface that is up; where a machine lets its users make none,
# the proxies alone keep calls away.
UNSHARE = ("unshare", "--map-root-user", "--net")


def isolation() -> tuple[str, ...]:
    if shutil.which(UNSHARE[0]) is None:
        return ()
    allowed = subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    return UNSHARE if allowed else ()


def variables(home: Path) -> dict[str, str]:
    """Those of a machine that knows no account."""
    kept = {name: value for name, value in node_environment().items() if "AWS" not in name}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    files = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return kept | proxies | files | {"HOME": str(home), "CDK_DISABLE_CLI_TELEMETRY": "true"}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_stage_is_synthesized_without_account_and_network(stage: str, tmp_path: Path) -> None:
    lambda_bundle.build()  # its packages come from the registry, once
    output = tmp_path / "cdk.out"
    done = subprocess.run(
        [
            *isolation(),
            *("npx", "cdk", "synth", "--quiet", "-c", f"stage={stage}"),
            *("-c", "alarmEmails=ops@example.com", "--output", str(output)),
        ],
        cwd=ROOT,
        env=variables(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Nobody is told" not in done.stderr
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    assert "missing" not in manifest  # what a look-up would have to answer
    stacks = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert set(stacks) == {"DataPipelineStack", "AnalyticsStack"}
    for stack in stacks.values():
        assert stack["environment"] == "aws://unknown-account/unknown-region"
        assert stack["properties"]["tags"]["stage"] == stage
