"""What is known of a local environment: where it listens, its credentials, what was deployed."""

import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.session
from boto3.session import Session
from botocore.config import Config
from psycopg.conninfo import make_conninfo

from local.setup_steps import ROOT

DEFAULT_NAME: Final = "dev"
REGION: Final = "us-east-1"
DATABASE: Final = "pipeline"
API_STAGE: Final = "prod"

_VALID_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


class InvalidEnvironmentNameError(ValueError):
    """The name can't be that of an environment; the message says what a name looks like."""


class EnvironmentNotRunning(RuntimeError):  # noqa: N818 - the state, as callers know it
    """There is no such environment, or it is down; the message says how to start it."""


def current_name() -> str:
    """The environment that commands mean: `PIPELINE_ENVIRONMENT`, or `dev`.

    Raises:
        InvalidEnvironmentNameError: the name is no plain lower-case word.
    """
    return checked_name(os.environ.get("PIPELINE_ENVIRONMENT") or DEFAULT_NAME)


def checked_name(name: str) -> str:
    """The name itself, when it is fit to be a directory's.

    Raises:
        InvalidEnvironmentNameError: the name is no plain lower-case word.
    """
    if _VALID_NAME.fullmatch(name):
        return name
    raise InvalidEnvironmentNameError(
        f"environment name {name!r}: use a lower-case letter, then letters, digits or dashes"
    )


def directory_of(name: str) -> Path:
    """Where the state of an environment lies, whether it exists or not."""
    return ROOT / ".local" / checked_name(name)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The passwords of the environment's database, made once for its data."""

    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    writer: str = field(repr=False)
    reader: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A local environment as its `environment.json` describes it."""

    name: str
    runtime: str
    endpoint: str
    postgres_host: str
    postgres_port: int
    database: str
    directory: Path

    def aws_variables(self) -> dict[str, str]:
        """The variables that lead every AWS SDK and tool to this environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_S3_FORCE_PATH_STYLE": "1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def process_environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables for a child process that must reach this environment and nothing else.

        Everything of AWS in `base` (this process's variables by default) is dropped: a profile, a
        token or a service's own endpoint there would lead calls elsewhere.
        """
        source = os.environ if base is None else base
        kept = {name: value for name, value in source.items() if not name.startswith("AWS_")}
        nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        direct = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        return kept | direct | nothing | self.aws_variables()

    # One return type for every service: annotate the variable with the client's own type.
    def client(self, service: str) -> Any:
        """A boto3 client for this environment.

        It reads no profile, no configuration file, no endpoint variable and no proxy.
        """
        return local_session().client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            config=Config(s3={"addressing_style": "path"}, proxies={}),
        )

    def conninfo(self, role: str, password: str, database: str | None = None) -> str:
        """How libpq reaches this environment's database as the given role."""
        return make_conninfo(
            host=self.postgres_host,
            port=self.postgres_port,
            dbname=database or self.database,
            user=role,
            password=password,
            connect_timeout=5,
        )

    def admin_conninfo(self) -> str:
        """How libpq reaches the database as superuser."""
        return self.conninfo("postgres", self.credentials().superuser)

    def credentials(self) -> Credentials:
        """The database's passwords.

        Raises:
            EnvironmentNotRunning: none were made yet.
        """
        file = self.directory / "credentials.json"
        if not file.is_file():
            raise _not_running(self.name, "has no credentials")
        return Credentials(**json.loads(file.read_text(encoding="utf-8")))

    def outputs(self) -> Mapping[str, Mapping[str, str]]:
        """The outputs of each deployed stack, by the stack's name.

        Raises:
            EnvironmentNotRunning: nothing was deployed yet.
        """
        file = self.directory / "outputs.json"
        if not file.is_file():
            raise _not_running(self.name, "has nothing deployed")
        outputs: Mapping[str, Mapping[str, str]] = json.loads(file.read_text(encoding="utf-8"))
        return outputs

    def output(self, stack: str, key: str) -> str:
        """One output of a deployed stack.

        Raises:
            EnvironmentNotRunning: the stack is not deployed, or is of an older version.
        """
        value = self.outputs().get(stack, {}).get(key)
        if value is None:
            raise _not_running(self.name, f"has no output {key} of {stack}")
        return value

    @property
    def api_url(self) -> str:
        """The REST API's base address, without a slash at its end."""
        api = self.output("AnalyticsStack", "ApiId")
        return f"{self.endpoint}/_aws/execute-api/{api}/{API_STAGE}"

    def save(self) -> None:
        """Writes `environment.json`, whole or not at all."""
        self.directory.mkdir(parents=True, exist_ok=True)
        content = {name: value for name, value in asdict(self).items() if name != "directory"}
        write_json(self.directory / "environment.json", content)


@cache
def local_session() -> Session:
    """A session with the credentials LocalStack asks for.

    It reads no profile, no configuration file and no CA bundle of the machine.
    """
    nowhere = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
        "ca_bundle": (None, None, None, None),
    }
    return Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - LocalStack asks for any
        region_name=REGION,
        botocore_session=botocore.session.Session(nowhere),
    )


def recorded(name: str) -> Environment | None:
    """The environment as it was last started, running or not; None when it never was."""
    file = directory_of(name) / "environment.json"
    if not file.is_file():
        return None
    try:
        return Environment(**json.loads(file.read_text(encoding="utf-8")), directory=file.parent)
    except (ValueError, TypeError):
        return None  # written by another version of this file: the next start replaces it


def load(name: str) -> Environment:
    """The running environment of that name.

    Raises:
        EnvironmentNotRunning: it was never started, or one of its servers does not listen.
        InvalidEnvironmentNameError: the name can't be an environment's.
    """
    environment = recorded(name)
    if environment is None:
        raise _not_running(name, "was never started")
    endpoint = urlsplit(environment.endpoint)
    if not _listens(endpoint.hostname, endpoint.port):
        raise _not_running(name, f"is down: nothing listens at {environment.endpoint}")
    if not _listens(environment.postgres_host, environment.postgres_port):
        raise _not_running(name, "is down: its PostgreSQL does not listen")
    return environment


def write_json(file: Path, content: object, *, mode: int = 0o644) -> None:
    """Replaces a JSON file in one step, so that no reader ever sees half of it."""
    temporary = file.with_name(f"{file.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2)
        stream.write("\n")
    temporary.replace(file)


def _listens(host: str | None, port: int | None) -> bool:
    try:
        with socket.create_connection((host or "", port or 0), timeout=2):
            return True
    except OSError:
        return False


def _not_running(name: str, why: str) -> EnvironmentNotRunning:
    start = "make up" if name == DEFAULT_NAME else f"PIPELINE_ENVIRONMENT={name} make up"
    return EnvironmentNotRunning(f"environment {name!r} {why}; start it with `{start}`")
