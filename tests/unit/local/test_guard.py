import os
import socket
from pathlib import Path
from typing import Any

import pytest

from local import guard
from local.guard import RefusedError
from tests.unit.local.conftest import FakeEndpoint

HEALTH_REQUEST = "GET /_localstack/health"


@pytest.fixture(autouse=True)
def clean_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def variables(endpoint: str, **more: str) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_S3": endpoint, **more}


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def answer(host: str, port: int, **_: Any) -> list[Any]:  # noqa: ARG001
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def test_localstack_on_loopback_passes(fake_endpoint: FakeEndpoint) -> None:
    guard.check_local_deployment(variables(fake_endpoint.url))
    assert fake_endpoint.requests == [HEALTH_REQUEST, "POST /"]


def test_localhost_passes_when_it_is_loopback_alone(fake_endpoint: FakeEndpoint) -> None:
    guard.check_local_deployment(variables(f"http://localhost:{fake_endpoint.port}"))


def test_a_server_that_is_not_localstack_sees_the_health_call_alone(
    fake_endpoint: FakeEndpoint,
) -> None:
    fake_endpoint.health = '{"status": "ok"}'
    with pytest.raises(RefusedError, match="is not LocalStack"):
        guard.check_local_deployment(variables(fake_endpoint.url))
    assert fake_endpoint.requests == [HEALTH_REQUEST]


@pytest.mark.parametrize("health", ["", "<html>", "[]", "null", '{"services": []}'])
def test_an_answer_of_another_shape_is_not_localstacks(
    fake_endpoint: FakeEndpoint, health: str
) -> None:
    fake_endpoint.health = health
    with pytest.raises(RefusedError, match="is not LocalStack"):
        guard.check_local_deployment(variables(fake_endpoint.url))
    assert fake_endpoint.requests == [HEALTH_REQUEST]


def test_a_redirected_health_call_is_not_followed(fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.status = 302
    fake_endpoint.location = f"{fake_endpoint.url}/elsewhere"
    with pytest.raises(RefusedError, match="status 302"):
        guard.check_local_deployment(variables(fake_endpoint.url))
    assert fake_endpoint.requests == [HEALTH_REQUEST]


def test_a_real_account_behind_a_loopback_address_is_refused(fake_endpoint: FakeEndpoint) -> None:
    fake_endpoint.account = "123456789012"
    with pytest.raises(RefusedError, match="123456789012"):
        guard.check_local_deployment(variables(fake_endpoint.url))
    assert fake_endpoint.requests == [HEALTH_REQUEST, "POST /"]


def test_nothing_at_the_address_is_refused_with_what_to_do() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(RefusedError, match="make up"):
            guard.check_local_deployment(variables(f"http://127.0.0.1:{port}"))


def test_a_proxy_is_never_asked(
    fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.2)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        guard.check_local_deployment(variables(fake_endpoint.url))
        with pytest.raises(TimeoutError):
            proxy.accept()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://cloudformation.us-east-1.amazonaws.com",
        "http://cloudformation.us-east-1.amazonaws.com",
        "http://127.0.0.1.evil.example:{port}",
        "http://localhost.evil.example:{port}",
        "http://localhost@evil.example:{port}",
        "http://evil.example@127.0.0.1:{port}",
        "http://127.0.0.1:{port}@evil.example",
        "http://127.0.0.1\\@evil.example:{port}",
        "http://127.0.0.1:{port}#@evil.example",
        "http://127.0.0.1:{port}?evil",
        "http://127.0.0.1:{port}/evil",
        "http://127.0.0.1:{port} ",
        "http://127.0.0.1\n.evil.example:{port}",
        "https://127.0.0.1:{port}",
        "http://0.0.0.0:{port}",
        "http://10.0.0.1:{port}",
        "http://[::]:{port}",
        "http://[2001:db8::1]:{port}",
        "http://2130706433:{port}",
        "http://127.1:{port}",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://:{port}",
        "127.0.0.1:{port}",
        "file:///etc/hosts",
    ],
)
def test_an_address_that_is_not_surely_loopback_is_refused_before_any_call(
    fake_endpoint: FakeEndpoint, endpoint: str
) -> None:
    with pytest.raises(RefusedError):
        guard.check_local_deployment(variables(endpoint.format(port=fake_endpoint.port)))
    assert fake_endpoint.requests == []


def test_a_name_that_leads_to_loopback_is_refused(
    fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    with pytest.raises(RefusedError, match="not on loopback"):
        guard.check_local_deployment(variables(f"http://loopback.example:{fake_endpoint.port}"))
    assert fake_endpoint.requests == []


def test_localhost_that_also_leads_elsewhere_is_refused(
    fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1", "192.0.2.1")
    with pytest.raises(RefusedError, match="not on loopback"):
        guard.check_local_deployment(variables(f"http://localhost:{fake_endpoint.port}"))
    assert fake_endpoint.requests == []


def test_ipv6_loopback_is_loopback() -> None:
    with pytest.raises(RefusedError, match="nothing answers"):
        guard.check_local_deployment(variables("http://[::1]:9"))


@pytest.mark.parametrize(
    "name", ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_CLOUDFORMATION", "AWS_ENDPOINT_URL_STS"]
)
def test_one_service_that_goes_elsewhere_is_refused(fake_endpoint: FakeEndpoint, name: str) -> None:
    with pytest.raises(RefusedError, match=name):
        guard.check_local_deployment(
            variables(fake_endpoint.url) | {name: "https://s3.amazonaws.com"}
        )
    assert fake_endpoint.requests == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_PROFILE", "production"),
        ("AWS_SESSION_TOKEN", "token"),
    ],
)
def test_a_variable_that_leads_to_an_account_is_refused(
    fake_endpoint: FakeEndpoint, name: str, value: str
) -> None:
    with pytest.raises(RefusedError, match=name):
        guard.check_local_deployment(variables(fake_endpoint.url, **{name: value}))
    assert fake_endpoint.requests == []


def test_without_an_endpoint_a_local_deployment_is_refused() -> None:
    with pytest.raises(RefusedError, match="would go to AWS"):
        guard.check_local_deployment({})


def test_the_users_configuration_file_does_not_redirect_the_check(
    fake_endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[default]\nendpoint_url = https://evil.example\n")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    guard.check_local_deployment(variables(fake_endpoint.url))
    assert fake_endpoint.requests == [HEALTH_REQUEST, "POST /"]


def test_a_shell_that_points_to_aws_is_told() -> None:
    with pytest.raises(RefusedError, match="unset AWS_ENDPOINT_URL_S3"):
        guard.check_shell({"AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com"})


def test_a_shell_that_points_to_a_local_environment_passes() -> None:
    guard.check_shell({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "PATH": "/bin"})


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_a_deployment_to_aws_is_refused_while_an_endpoint_is_set(
    fake_endpoint: FakeEndpoint, name: str
) -> None:
    with pytest.raises(RefusedError, match=name):
        guard.check_aws_deployment({name: fake_endpoint.url})
    assert fake_endpoint.requests == []


@pytest.mark.parametrize(
    "configuration",
    [
        "[profile work]\nendpoint_url = {url}\n",
        "[profile work]\nservices = mine\n[services mine]\nsts =\n  endpoint_url = {url}\n",
    ],
)
def test_a_deployment_to_aws_is_refused_when_the_profile_redirects_it(
    fake_endpoint: FakeEndpoint, tmp_path: Path, configuration: str
) -> None:
    (tmp_path / "config").write_text(configuration.format(url=fake_endpoint.url))
    with pytest.raises(RefusedError, match="endpoint_url"):
        guard.check_aws_deployment({"AWS_PROFILE": "work"})
    assert fake_endpoint.requests == []


def test_an_unknown_profile_is_told_by_its_name() -> None:
    with pytest.raises(RefusedError, match="no-such-profile"):
        guard.check_aws_deployment({"AWS_PROFILE": "no-such-profile"})


KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


def test_keys_that_localstack_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(RefusedError, match="not one of AWS"):
        guard.check_aws_deployment({"AWS_REGION": "eu-central-1"})


def test_missing_credentials_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(RefusedError, match="no credentials of AWS"):
        guard.check_aws_deployment({"AWS_REGION": "eu-central-1"})


def test_missing_region_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RefusedError, match="no region is chosen"):
        guard.check_aws_deployment(KEYS)


def test_two_regions_are_refused() -> None:
    with pytest.raises(RefusedError, match="AWS_REGION is eu-central-1, AWS_DEFAULT_REGION is"):
        guard.region_of({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-east-1"})


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_region_is_that_of_either_variable(name: str) -> None:
    assert guard.region_of({name: "eu-west-1"}) == "eu-west-1"


def test_region_is_the_profiles_when_no_variable_names_one(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile work]\nregion = eu-north-1\n")
    assert guard.region_of({"AWS_PROFILE": "work"}) == "eu-north-1"


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"AWS_PROFILE": "work", **KEYS}, "both the profile work and AWS_ACCESS_KEY_ID"),
        ({"AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "home"}, "two profiles"),
    ],
)
def test_what_programs_read_differently_is_refused(chosen: dict[str, str], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        guard.check_aws_deployment(chosen)
