"""What a deployment to AWS does in which order, and what keeps it from being begun."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra import deploy, deployed_stacks, target
from infra.deploy import DeploymentError
from infra.smoke_test import SmokeTestError
from infra.stages import STAGES
from infra.target import Target
from local.guard import RefusedError

ACCOUNT = "123456789012"
OUTPUTS = {"AnalyticsStack": {"ApiUrl": "https://api.example"}, "DataPipelineStack": {}}


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that would have been started."""
    started: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    return started


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, for an account that answers everything."""
    done: list[str] = []

    def find(_: object, *, expected_account: str | None = None) -> Target:  # noqa: ARG001
        session = boto3.Session("AKIAEXAMPLE", "secret", region_name="eu-central-1")
        return Target(account=ACCOUNT, region="eu-central-1", session=session)

    def step(name: str, answer: Any = None) -> Any:
        def do(*arguments: Any) -> Any:
            words = [word for word in arguments if word in ("diff", "deploy", "destroy")]
            done.append(" ".join([name, *words]))
            return answer

        return do

    monkeypatch.setattr(target, "find", find)
    monkeypatch.setattr(deploy, "_cdk", step("cdk"))
    for name, answer in {
        "check_stage": None,
        "check_unprotected": None,
        "outputs": OUTPUTS,
    }.items():
        monkeypatch.setattr(deployed_stacks, name, step(name, answer))
    for name in ("_migrate", "_try_out", "_empty_buckets"):
        monkeypatch.setattr(deploy, name, step(name))
    return done


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    """Has the user answer every question so; returns the questions."""
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return text

    monkeypatch.setattr("builtins.input", ask)
    return questions


@pytest.mark.parametrize("command", [deploy.deploy, deploy.destroy, deploy.try_out])
def test_nothing_is_started_while_an_endpoint_is_set(
    command: Any, monkeypatch: pytest.MonkeyPatch, programs: list[list[str]]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:4566")
    with pytest.raises(RefusedError, match="AWS_ENDPOINT_URL_S3"):
        command("dev", account=ACCOUNT, confirmed=True)
    assert programs == []


def test_every_stage_but_the_local_one_is_on_aws() -> None:
    assert {*deploy.ON_AWS, "local"} == set(STAGES)


def test_the_local_stage_is_no_stage_of_aws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["deploy", "deploy", "--stage", "local"])
    with pytest.raises(SystemExit):
        deploy.main()
    assert "invalid choice: 'local'" in capsys.readouterr().err


def test_difference_is_shown_before_the_question_and_the_question_names_the_account(
    monkeypatch: pytest.MonkeyPatch, steps: list[str]
) -> None:
    questions = answer(monkeypatch, "no")
    with pytest.raises(DeploymentError, match="nothing was changed"):
        deploy.deploy("dev")
    (question,) = questions
    assert f"account {ACCOUNT}, eu-central-1" in question
    assert steps == ["check_stage", "cdk diff"]


def test_deployment_is_migrated_and_tried_before_its_outputs_are_shown(
    monkeypatch: pytest.MonkeyPatch, steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "yes")
    deploy.deploy("dev")
    assert steps == ["check_stage", "cdk diff", "cdk deploy", "outputs", "_migrate", "_try_out"]
    assert "AnalyticsStack.ApiUrl = https://api.example" in capsys.readouterr().out


def test_prod_is_not_deployed_without_anybody_to_tell_of_alarms(
    monkeypatch: pytest.MonkeyPatch, steps: list[str]
) -> None:
    monkeypatch.delenv("ALARM_EMAILS", raising=False)
    with pytest.raises(DeploymentError, match="set ALARM_EMAILS"):
        deploy.deploy("prod", account=ACCOUNT, confirmed=True)
    assert steps == []
    monkeypatch.setenv("ALARM_EMAILS", "ops@example.com")
    deploy.deploy("prod", account=ACCOUNT, confirmed=True)
    assert "cdk deploy" in steps


def test_failed_smoke_test_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise SmokeTestError("no health within 180 s")

    monkeypatch.setattr(deploy, "_try_out", fail)
    arguments = ["deploy", "deploy", "--stage", "dev", "--account", ACCOUNT, "--yes"]
    monkeypatch.setattr(sys, "argv", arguments)
    assert deploy.main() == 1
    assert "deploy: no health within 180 s" in capsys.readouterr().err
    assert "cdk deploy" in steps


def test_whoever_does_not_ask_has_to_name_the_account(steps: list[str]) -> None:
    for command in (deploy.deploy, deploy.destroy, deploy.try_out):
        with pytest.raises(DeploymentError, match="--account"):
            command("dev", confirmed=True)
    assert steps == []


def test_nobody_to_ask_is_no_consent(monkeypatch: pytest.MonkeyPatch, steps: list[str]) -> None:
    def end_of_input(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end_of_input)
    with pytest.raises(DeploymentError, match="nobody is there to ask"):
        deploy.deploy("dev")
    assert "cdk deploy" not in steps


@pytest.mark.parametrize("text", ["", "yes", "y", "destroy dev"])
def test_prod_is_removed_by_its_own_word_alone(
    text: str, monkeypatch: pytest.MonkeyPatch, steps: list[str]
) -> None:
    answer(monkeypatch, text)
    with pytest.raises(DeploymentError, match="nothing was changed"):
        deploy.destroy("prod", account=ACCOUNT, confirmed=True)
    assert steps == ["check_stage", "check_unprotected"]


def test_dev_is_emptied_and_removed_when_it_is_confirmed(steps: list[str]) -> None:
    deploy.destroy("dev", account=ACCOUNT, confirmed=True)
    assert steps == ["check_stage", "check_unprotected", "_empty_buckets", "cdk destroy"]


def test_stage_that_is_not_there_is_not_tried(
    monkeypatch: pytest.MonkeyPatch, steps: list[str]
) -> None:
    monkeypatch.setattr(deployed_stacks, "outputs", lambda _: {})
    with pytest.raises(DeploymentError, match="dev is not deployed in account"):
        deploy.try_out("dev")
    assert "_try_out" not in steps


def test_cdk_is_told_the_stage_and_the_region(programs: list[list[str]]) -> None:
    chosen = Target(account=ACCOUNT, region="eu-central-1", session=boto3.Session())
    deploy._cdk(chosen, "diff", "--all", *deploy._context("dev"))
    [command] = programs
    assert Path(command[1]).name == "cdk"
    assert command[2:4] == ["diff", "--all"]
    assert "stage=dev" in command
    assert chosen.variables() == {
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }


def test_addresses_for_alarms_are_handed_to_the_cdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALARM_EMAILS", "ops@example.com")
    assert "alarmEmails=ops@example.com" in deploy._context("dev")
    monkeypatch.delenv("ALARM_EMAILS")
    assert not any("alarmEmails" in word for word in deploy._context("dev"))
