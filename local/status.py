"""Tells what of a local environment runs, where, and what it loaded last."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from local import ledger, runtime
from local.progress import table
from local.stacks import STACKS, stack_state
from local.state import Environment, recorded

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_FILES_SHOWN = 10


def report(name: str) -> tuple[str, bool]:
    """The status as text, and whether both servers run."""
    environment = recorded(name)
    if environment is None:
        return f"Environment {name!r} was never started: `make up` starts it", False
    servers, running = _servers(environment)
    parts = [f"Environment {name!r}, runtime {environment.runtime}", servers]
    if running:
        parts += [_stacks(environment), _files(environment)]
    else:
        parts.append("It is not running: `make up` starts it, the data are kept")
    return "\n\n".join(parts), running


def _servers(environment: Environment) -> tuple[str, bool]:
    addresses = (
        f"{environment.postgres_host}:{environment.postgres_port}",
        urlsplit(environment.endpoint).netloc,
    )
    servers = runtime.of(environment).servers(environment)
    rows = [
        (server.name, "running" if server.running else "down", address, server.place, server.log)
        for server, address in zip(servers, addresses, strict=True)
    ]
    running = all(server.running for server in servers)
    return table(("server", "state", "address", "runs as", "log"), rows), running


def _stacks(environment: Environment) -> str:
    client: CloudFormationClient = environment.client("cloudformation")
    try:
        states = {stack: stack_state(client, stack) for stack in STACKS}
    except (BotoCoreError, ClientError) as error:
        return f"LocalStack does not answer: {error}"
    rows = [
        (stack, state["status"] if state else "not deployed", state["changed"] if state else "-")
        for stack, state in states.items()
    ]
    return table(("stack", "status", "changed"), rows)


def _files(environment: Environment) -> str:
    try:
        files = ledger.latest_files(environment, _FILES_SHOWN)
    except psycopg.errors.UndefinedTable:
        return "The database has no schema yet"
    except psycopg.OperationalError as error:
        return f"PostgreSQL does not answer: {error}"
    if not files:
        return "No file was loaded yet"
    rows = [
        (
            f"{file.received_at.astimezone():%Y-%m-%d %H:%M:%S}",
            file.key,
            file.status,
            file.records_read,
            file.records_inserted,
            file.records_updated,
            file.records_quarantined,
            file.error or "",
        )
        for file in files
    ]
    headings = ("received", "file", "status", "read", "inserted", "updated", "quarantined", "error")
    return table(headings, rows)
