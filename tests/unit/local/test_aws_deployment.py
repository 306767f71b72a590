import subprocess
import sys
from pathlib import Path

import pytest

from infra import deploy
from infra.deploy import DeploymentError
from infra.stages import STAGES
from local.guard import RefusedError


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    started: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    return started


@pytest.mark.parametrize("command", [deploy.deploy, deploy.destroy])
def test_nothing_is_started_while_an_endpoint_is_set(
    command: object, monkeypatch: pytest.MonkeyPatch, no_programs: list[list[str]]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:4566")
    assert callable(command)
    with pytest.raises(RefusedError, match="AWS_ENDPOINT_URL_S3"):
        command("dev", confirmed=True)
    assert no_programs == []


def test_every_stage_but_the_local_one_is_on_aws() -> None:
    assert {*deploy.ON_AWS, "local"} == set(STAGES)


def test_the_local_stage_is_no_stage_of_aws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["deploy", "deploy", "--stage", "local"])
    with pytest.raises(SystemExit):
        deploy.main()
    assert "invalid choice: 'local'" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["", "yes", "y", "destroy dev"])
def test_prod_is_removed_by_its_own_word_alone(
    answer: str, monkeypatch: pytest.MonkeyPatch, no_programs: list[list[str]]
) -> None:
    monkeypatch.setattr(deploy, "check_aws_deployment", lambda _: None)
    monkeypatch.setattr(deploy, "_account_and_region", lambda: "account 1, eu-central-1")
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with pytest.raises(DeploymentError, match="nothing was changed"):
        deploy.destroy("prod", confirmed=True)
    assert no_programs == []


def test_dev_is_removed_when_it_is_confirmed(
    monkeypatch: pytest.MonkeyPatch, no_programs: list[list[str]]
) -> None:
    monkeypatch.setattr(deploy, "check_aws_deployment", lambda _: None)
    programs_before_emptying: list[int] = []
    monkeypatch.setattr(
        deploy, "_empty_buckets", lambda: programs_before_emptying.append(len(no_programs))
    )
    deploy.destroy("dev", confirmed=True)
    assert programs_before_emptying == [0]
    [command] = no_programs
    assert Path(command[1]).name == "cdk"
    assert command[2:5] == ["destroy", "--all", "--force"]
    assert "stage=dev" in command
