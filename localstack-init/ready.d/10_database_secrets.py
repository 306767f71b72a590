"""Creates or updates the database's secrets, in the JSON shape that RDS gives its own.

LocalStack runs this inside its own process once it is ready.
"""

# ruff: noqa: INP001 - a script of LocalStack's, not a module of a package

import json
import os

import boto3

ROLES = {"owner": "pipeline_owner", "writer": "ingest_writer", "reader": "analytics_reader"}


def secret_of(purpose: str) -> str:
    """The secret's value as RDS writes it."""
    return json.dumps(
        {
            "engine": "postgres",
            "host": os.environ["PIPELINE_DATABASE_HOST"],
            "port": int(os.environ["PIPELINE_DATABASE_PORT"]),
            "dbname": os.environ["PIPELINE_DATABASE_NAME"],
            "username": ROLES[purpose],
            "password": os.environ[f"PIPELINE_{purpose.upper()}_PASSWORD"],
        }
    )


def put_secrets() -> None:
    """Puts a secret for each role."""
    port = os.environ["GATEWAY_LISTEN"].rpartition(":")[2]
    client = boto3.client(
        "secretsmanager",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - LocalStack asks for any
    )
    for purpose in ROLES:
        name = f"data-pipeline/database/{purpose}"
        try:
            client.create_secret(Name=name, SecretString=secret_of(purpose))
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, SecretString=secret_of(purpose))


put_secrets()
