"""The functions' settings, typed, from their environment variables."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import get_args

from data_pipeline.canonical.codes import CurrencyCode


class MissingSetting(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """An environment variable that a function needs is absent, empty or of the wrong type."""


@dataclass(frozen=True, kw_only=True)
class DataProcessorSettings:
    """Settings of the function that loads uploaded files.

    `default_currency` (ISO 4217) is that of amounts for which a record names none; without it
    such amounts stay among the record's attributes.

    Raises:
        MissingSetting: `default_currency` is none of ISO 4217.
    """

    database_secret_id: str
    alert_topic_arn: str
    default_currency: str | None = None

    def __post_init__(self) -> None:
        _check_currency(self.default_currency)


@dataclass(frozen=True, kw_only=True)
class ReplaySettings:
    """Settings of the function that tries again what was rejected.

    `default_currency` is as for the function that loads uploaded files.

    Raises:
        MissingSetting: `default_currency` is none of ISO 4217.
    """

    database_secret_id: str
    default_currency: str | None = None

    def __post_init__(self) -> None:
        _check_currency(self.default_currency)


@dataclass(frozen=True, kw_only=True)
class MigratorSettings:
    """Settings of the function that brings the database to its newest schema."""

    database_secret_id: str
    writer_secret_id: str
    reader_secret_id: str


@dataclass(frozen=True, kw_only=True)
class PasswordRotationSettings:
    """Settings of the function that gives the database's roles new passwords."""

    owner_secret_id: str


@dataclass(frozen=True, kw_only=True)
class AnalyticsSettings:
    """Settings of the function that answers analytics requests at once."""

    database_secret_id: str
    query_cache_table: str
    cache_ttl_seconds: int


@dataclass(frozen=True, kw_only=True)
class JobRunnerSettings:
    """Settings of the workflow task that runs a job's query."""

    database_secret_id: str
    jobs_table: str
    results_bucket: str


@dataclass(frozen=True, kw_only=True)
class JobsSettings:
    """Settings of the function behind the job routes.

    `jobs_per_owner` is how many jobs of one API key may be unfinished at a time.
    """

    jobs_table: str
    results_bucket: str
    state_machine_arn: str
    job_topic_arn: str
    api_url: str
    jobs_per_owner: int


@dataclass(frozen=True, kw_only=True)
class JobCloserSettings:
    """Settings of the function that closes jobs whose execution has ended."""

    jobs_table: str
    job_topic_arn: str
    api_url: str


def load[Settings](kind: type[Settings], environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads one function's settings: field `alert_topic_arn` is variable `ALERT_TOPIC_ARN`.

    A field with a default may be absent or empty.

    Raises:
        MissingSetting: naming the variable that is absent, empty or of the wrong type.
    """
    values: dict[str, str | int] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        variable = field.name.upper()
        text = environment.get(variable, "").strip()
        if not text and field.default is not MISSING:
            continue
        if not text:
            raise MissingSetting(f"The environment variable {variable} is not set.")
        values[field.name] = _whole_number(variable, text) if field.type is int else text
    return kind(**values)


def _check_currency(code: str | None) -> None:
    if code not in (None, *get_args(CurrencyCode)):
        raise MissingSetting(
            "The environment variable DEFAULT_CURRENCY must be a currency code of ISO 4217 "
            f"such as EUR, not {code!r}."
        )


def _whole_number(variable: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"The environment variable {variable} must be a whole number, not {text!r}."
        raise MissingSetting(message) from None
