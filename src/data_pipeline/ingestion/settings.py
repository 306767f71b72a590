"""Settings of the functions that load files and records."""

from dataclasses import dataclass
from typing import get_args

from data_pipeline.aws.settings import MissingSetting
from data_pipeline.canonical.codes import CurrencyCode


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


def _check_currency(code: str | None) -> None:
    if code not in (None, *get_args(CurrencyCode)):
        raise MissingSetting(
            "The environment variable DEFAULT_CURRENCY must be a currency code of ISO 4217 "
            f"such as EUR, not {code!r}."
        )
