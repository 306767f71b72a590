import json

import pytest

from data_pipeline.aws.secrets import DatabaseSecret, SecretUnreadable, parse_secret

SECRET = {
    "engine": "postgres",
    "host": "db.internal",
    "port": 5432,
    "dbname": "pipeline",
    "username": "reader",
    "password": "correct horse",
}


def test_secret_has_the_shape_that_rds_writes() -> None:
    assert parse_secret("id", json.dumps(SECRET)) == DatabaseSecret(
        host="db.internal",
        port=5432,
        dbname="pipeline",
        username="reader",
        password="correct horse",
    )


def test_secret_can_demand_a_verified_server() -> None:
    secret = parse_secret("id", json.dumps({**SECRET, "sslmode": "verify-full"}))
    assert secret.sslmode == "verify-full"


@pytest.mark.parametrize(
    "text", ["correct horse", "[]", '"correct horse"', '{"password": "correct horse"}', "null"]
)
def test_unreadable_secret_is_named_and_not_quoted(text: str) -> None:
    with pytest.raises(SecretUnreadable, match="data-pipeline/database/reader") as caught:
        parse_secret("data-pipeline/database/reader", text)
    assert "correct horse" not in str(caught.value)


def test_password_is_in_no_representation() -> None:
    assert "correct horse" not in repr(parse_secret("id", json.dumps(SECRET)))


def test_authorities_are_named_only_where_the_server_is_verified() -> None:
    verified = parse_secret("id", json.dumps({**SECRET, "sslmode": "verify-full"}))
    assert verified.connection_parameters()["sslrootcert"]
    assert parse_secret("id", json.dumps(SECRET)).connection_parameters()["sslrootcert"] is None


def test_database_has_its_usual_name_where_rds_made_none() -> None:
    unnamed = {name: value for name, value in SECRET.items() if name != "dbname"}
    assert parse_secret("id", json.dumps(unnamed)).dbname == "pipeline"
