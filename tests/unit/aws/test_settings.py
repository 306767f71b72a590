import pytest

from data_pipeline.analytics.handler import AnalyticsSettings
from data_pipeline.aws.settings import MissingSetting, load
from data_pipeline.ingestion.settings import DataProcessorSettings

COMPLETE = {
    "DATABASE_SECRET_ID": "data-pipeline/database/reader",
    "QUERY_CACHE_TABLE": "cache",
    "CACHE_TTL_SECONDS": "300",
}


def test_settings_are_read_from_the_variables_named_like_the_fields() -> None:
    settings = load(AnalyticsSettings, COMPLETE)
    assert settings == AnalyticsSettings(
        database_secret_id="data-pipeline/database/reader",
        query_cache_table="cache",
        cache_ttl_seconds=300,
    )


@pytest.mark.parametrize("value", [None, "", "  "])
def test_missing_setting_is_named(value: str | None) -> None:
    environment = {**COMPLETE, "QUERY_CACHE_TABLE": value or ""}
    if value is None:
        del environment["QUERY_CACHE_TABLE"]
    with pytest.raises(MissingSetting, match="QUERY_CACHE_TABLE is not set"):
        load(AnalyticsSettings, environment)


def test_setting_that_is_no_number_is_named_with_its_value() -> None:
    with pytest.raises(MissingSetting, match="CACHE_TTL_SECONDS must be a whole number, not 'an"):
        load(AnalyticsSettings, {**COMPLETE, "CACHE_TTL_SECONDS": "an hour"})


PROCESSOR = {"DATABASE_SECRET_ID": "writer", "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:0:alerts"}


@pytest.mark.parametrize("variables", [{}, {"DEFAULT_CURRENCY": " "}])
def test_default_currency_is_optional(variables: dict[str, str]) -> None:
    assert load(DataProcessorSettings, PROCESSOR | variables).default_currency is None


def test_default_currency_is_a_code() -> None:
    settings = load(DataProcessorSettings, PROCESSOR | {"DEFAULT_CURRENCY": "CHF"})
    assert settings.default_currency == "CHF"


@pytest.mark.parametrize("code", ["chf", "XYZ", "Swiss francs"])
def test_default_currency_that_does_not_exist_is_named(code: str) -> None:
    with pytest.raises(MissingSetting, match=f"DEFAULT_CURRENCY must be .* ISO 4217 .*{code}"):
        load(DataProcessorSettings, PROCESSOR | {"DEFAULT_CURRENCY": code})
