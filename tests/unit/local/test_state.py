import json
import os
import stat
from pathlib import Path

import psycopg
import pytest

from local import state
from local.state import Environment, EnvironmentNotRunning, InvalidEnvironmentNameError


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setattr(state, "ROOT", tmp_path)
    return Environment(
        name="mine",
        runtime="embedded",
        endpoint="http://127.0.0.1:9",
        postgres_host="127.0.0.1",
        postgres_port=9,
        database="pipeline",
        directory=state.directory_of("mine"),
    )


@pytest.mark.parametrize("name", ["", "../dev", "Dev", "1st", "a b", "a" * 40, "dev/x"])
def test_a_name_that_is_no_plain_word_is_refused(name: str) -> None:
    with pytest.raises(InvalidEnvironmentNameError):
        state.checked_name(name)


def test_the_environment_is_dev_unless_the_variable_names_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PIPELINE_ENVIRONMENT", raising=False)
    assert state.current_name() == "dev"
    monkeypatch.setenv("PIPELINE_ENVIRONMENT", "mine")
    assert state.current_name() == "mine"


def test_what_was_saved_is_read_back(environment: Environment) -> None:
    environment.save()
    assert state.recorded("mine") == environment


def test_a_record_of_another_version_counts_as_none(environment: Environment) -> None:
    environment.save()
    file = environment.directory / "environment.json"
    file.write_text(json.dumps({"name": "mine", "unknown": 1}))
    assert state.recorded("mine") is None
    file.write_text("{")
    assert state.recorded("mine") is None


def test_an_environment_that_was_never_started_says_how_to_start_it(
    environment: Environment,
) -> None:
    with pytest.raises(EnvironmentNotRunning, match="PIPELINE_ENVIRONMENT=mine make up"):
        state.load(environment.name)


def test_an_environment_whose_servers_are_gone_is_down(environment: Environment) -> None:
    environment.save()
    with pytest.raises(EnvironmentNotRunning, match="is down"):
        state.load("mine")


def test_a_stack_that_is_not_deployed_is_told_by_its_output(environment: Environment) -> None:
    environment.save()
    with pytest.raises(EnvironmentNotRunning, match="nothing deployed"):
        environment.output("AnalyticsStack", "ApiId")
    state.write_json(environment.directory / "outputs.json", {"AnalyticsStack": {"ApiId": "abc"}})
    assert environment.api_url == "http://127.0.0.1:9/_aws/execute-api/abc/prod"
    with pytest.raises(EnvironmentNotRunning, match="no output JobTopicArn of AnalyticsStack"):
        environment.output("AnalyticsStack", "JobTopicArn")


def test_a_child_process_inherits_nothing_of_an_aws_account(environment: Environment) -> None:
    mine = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL_STS": "https://sts.amazonaws.com",
        "AWS_CA_BUNDLE": "/certificates",
        "PATH": "/bin",
    }
    child = environment.process_environment(mine)
    assert child["PATH"] == "/bin"
    assert {name: value for name, value in child.items() if name.startswith("AWS_")} == {
        **environment.aws_variables(),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def test_a_client_ignores_the_users_profile_and_endpoints(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.amazonaws.com")
    state.local_session.cache_clear()
    client = environment.client("s3")
    assert client.meta.endpoint_url == environment.endpoint
    assert client.meta.config.s3 == {"addressing_style": "path"}
    assert client.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).startswith(
        "http://127.0.0.1:9/b/k?"
    )


def test_a_password_with_quotes_and_spaces_survives_the_connection_string(
    environment: Environment,
) -> None:
    given = psycopg.conninfo.conninfo_to_dict(environment.conninfo("me", "a 'b' \\ c"))
    assert given["password"] == "a 'b' \\ c"
    assert given["dbname"] == "pipeline"


def test_a_secret_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    state.write_json(file, {"a": 1}, mode=0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {"a": 1}
