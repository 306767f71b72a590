"""A deployment goes to the account that it is meant for."""

import pytest

from infra import target
from infra.target import Target
from local.guard import RefusedError

REGION = {"AWS_REGION": "eu-central-1"}


@pytest.fixture(autouse=True)
def account_of_the_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "check_aws_deployment", lambda _: "123456789012")


def test_account_that_was_named_passes() -> None:
    found = target.find(REGION, expected_account="123456789012")
    assert str(found) == "account 123456789012, eu-central-1"
    assert found.session.region_name == "eu-central-1"


def test_other_account_than_was_named_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"of account 123456789012.*meant for 210987654321"):
        target.find(REGION, expected_account="210987654321")


@pytest.mark.parametrize("text", ["", "12345", "production", "1234567890123"])
def test_what_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="twelve digits"):
        target.find(REGION, expected_account=text)


def test_every_program_is_told_the_same_region() -> None:
    found = target.find({"AWS_DEFAULT_REGION": "eu-west-1"})
    assert isinstance(found, Target)
    assert set(found.variables().values()) == {"eu-west-1"}
