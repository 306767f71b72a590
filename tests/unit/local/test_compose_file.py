"""`docker-compose.yml` says the same as the embedded runtime, and opens nothing to the network."""

import re

from local import compose, localstack, postgres

TEXT = compose.FILE.read_text(encoding="utf-8")


def test_postgresql_has_the_settings_of_the_embedded_one() -> None:
    settings = dict(re.findall(r"^ +- -c(\w+)=(.*)$", TEXT, re.MULTILINE))
    durable = {name: settings.pop(name) for name in postgres.NOT_DURABLE}
    assert set(durable.values()) == {"${POSTGRES_DURABLE:-on}"}
    assert settings == {name: value.strip() for name, value in postgres.SETTINGS.items()}


def test_localstack_has_the_settings_of_the_embedded_one() -> None:
    settings = dict(re.findall(r'^ +([A-Z_]+): "?([^"\n]*)"?$', TEXT, re.MULTILINE))
    assert localstack.SETTINGS.items() <= settings.items()


def test_every_port_is_published_on_loopback() -> None:
    published = re.findall(r"ports:\n +- (.*)", TEXT)
    assert len(published) == 2
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_container_gets_hold_of_the_host() -> None:
    assert "privileged" not in TEXT
    assert "docker.sock" not in TEXT


def test_no_password_stands_in_the_file() -> None:
    passwords = re.findall(r"_PASSWORD: (.*)", TEXT)
    assert len(passwords) == 5
    assert all(re.fullmatch(r"\$\{\w+:\?.*\}", password) for password in passwords)
