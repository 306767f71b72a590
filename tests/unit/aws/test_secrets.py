import json

import pytest

from data_pipeline.aws.secrets import DatabaseSecret, SecretUnreadable, _parse

SECRET = {
    "engine": "postgres",
    "host": "db.internal",
    "port": 5432,
    "dbname": "pipeline",
    "username": "reader",
    "password": "correct horse",
}


def test_secret_has_the_shape_that_rds_writes() -> None:
    assert _parse("id", json.dumps(SECRET)) == DatabaseSecret(
        host="db.internal",
        port=5432,
        dbname="pipeline",
        username="reader",
        password="correct horse",
    )


def test_secret_can_demand_a_verified_server() -> None:
    secret = _parse("id", json.dumps({**SECRET, "sslmode": "verify-full"}))
    assert secret.sslmode == "verify-full"


@pytest.mark.parametrize(
    "text", ["correct horse", "[]", '"correct horse"', '{"password": "correct horse"}', "null"]
)
def test_unreadable_secret_is_named_and_not_quoted(text: str) -> None:
    with pytest.raises(SecretUnreadable, match="data-pipeline/database/reader") as caught:
        _parse("data-pipeline/database/reader", text)
    assert "correct horse" not in str(caught.value)


def test_password_is_in_no_representation() -> None:
    assert "correct horse" not in repr(_parse("id", json.dumps(SECRET)))
