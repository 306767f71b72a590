from collections.abc import Iterator
from typing import Any

import pytest

from data_pipeline.analytics import handler
from local.state import Environment
from tests.integration import sales
from tests.integration.function_environment import (
    Invoke,
    body,
    database_secret,
    forget,
    reach,
    table,
)
from tests.unit.proxy_events import proxy_event


@pytest.fixture
def reader_secret(
    environment: Environment, database_url: sales.Conninfos, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The secret that leads the function to the test's own database."""
    reach(environment, monkeypatch)
    with database_secret(environment, database_url.reader) as secret_id:
        monkeypatch.setenv("DATABASE_SECRET_ID", secret_id)
        yield secret_id
    forget()


@pytest.fixture
def cache_table(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test's own query cache."""
    with table(environment, "cacheKey") as name:
        monkeypatch.setenv("QUERY_CACHE_TABLE", name)
        monkeypatch.setenv("CACHE_TTL_SECONDS", "3600")
        yield name


@pytest.fixture
def invoke(reader_secret: str, cache_table: str) -> Iterator[Invoke]:
    """Calls the analytics function with a proxy event; a new execution environment each test."""
    assert reader_secret
    assert cache_table
    handler._analytics.cache_clear()

    def invoke(method: str, resource: str, **more: Any) -> dict[str, Any]:
        return handler.handle(proxy_event(method, resource, **more), None)

    yield invoke
    handler._analytics().database.close()
    handler._analytics.cache_clear()


@pytest.fixture
def get(invoke: Invoke) -> Any:
    """Asks by query string and gives the envelope."""

    def get(query: str, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        result = invoke("GET", "/analytics", query=query, headers=named)
        assert result["statusCode"] == 200, result
        return body(result)

    return get
