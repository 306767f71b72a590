"""Makes the passwords of an environment's database, once."""

import secrets
from dataclasses import asdict, fields

from local.state import Credentials, Environment, write_json


def make() -> Credentials:
    """New passwords."""
    return Credentials(**{one.name: secrets.token_urlsafe(24) for one in fields(Credentials)})


def ensure(environment: Environment) -> Credentials:
    """The environment's passwords, made now if it has none yet."""
    file = environment.directory / "credentials.json"
    if file.is_file():
        return environment.credentials()
    made = make()
    write_json(file, asdict(made), mode=0o600)
    return made
