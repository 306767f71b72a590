"""What RDS does for the database, and what PostgreSQL itself does anywhere."""

import json
from typing import Final

import psycopg

from local.parity.control import ONLY_ON_AWS, Finding, Subject, enforced_if
from local.parity.workbench import Workbench

DATABASE: Final = Subject("Database")


def _reader(bench: Workbench) -> str:
    """How the reading role connects, with the password of the functions' secret."""
    secret = _readers_secret(bench)
    return bench.environment.conninfo(str(secret["username"]), str(secret["password"]))


def _readers_secret(bench: Workbench) -> dict[str, object]:
    found = bench.client("secretsmanager").get_secret_value(
        SecretId=bench.environment.output("DataPipelineStack", "ReaderSecretId")
    )
    secret: dict[str, object] = json.loads(found["SecretString"])
    return secret


def _refused(conninfo: str, statement: str) -> bool:
    with psycopg.connect(conninfo, autocommit=True) as reader:
        try:
            reader.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


@DATABASE.control(
    "Rights of the reading role",
    probed="the role of the analytics changes a customer, makes a table, reads a file",
    on_aws="refused",
)
def _rights(bench: Workbench) -> Finding:
    statements = (
        "BEGIN READ WRITE; UPDATE canonical.customers SET name = name WHERE false",
        "BEGIN READ WRITE; CREATE TEMPORARY TABLE probe (a int)",
        "SELECT pg_read_file('PG_VERSION')",
    )
    conninfo = _reader(bench)
    return enforced_if(all(_refused(conninfo, statement) for statement in statements))


@DATABASE.control(
    "TLS alone",
    probed="a connection without TLS",
    on_aws="refused (`rds.force_ssl`); clients verify the server's certificate",
)
def _tls(bench: Workbench) -> Finding:
    try:
        psycopg.connect(_reader(bench), sslmode="disable").close()
    except psycopg.OperationalError as error:
        return enforced_if("no encryption" in str(error))
    return ONLY_ON_AWS


@DATABASE.control(
    "Managed database",
    probed="a call of RDS's API",
    on_aws="backups, a standby in `prod`, storage that grows, encryption, Performance Insights",
)
def _managed(bench: Workbench) -> Finding:
    return enforced_if(bench.offers(bench.client("rds").describe_db_instances))


@DATABASE.control(
    "Connection pool",
    probed="where the functions' secret leads: whether that is a proxy of RDS",
    on_aws="functions share the connections of RDS Proxy",
)
def _pool(bench: Workbench) -> Finding:
    return enforced_if(".proxy-" in str(_readers_secret(bench)["host"]))
