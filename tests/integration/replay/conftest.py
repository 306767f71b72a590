"""A pipeline of which files can be replayed."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from data_pipeline.replay.replay import replay
from data_pipeline.replay.request import parse
from data_pipeline.sources import crm
from tests.integration.ingestion.conftest import (  # noqa: F401 - fixtures
    Pipeline,
    alerts,
    database_of_session,
    database_url,
    pipeline,
    versioned_bucket,
)

type Replay = Callable[..., dict[str, Any]]


@pytest.fixture
def replayed(pipeline: Pipeline) -> Replay:  # noqa: F811 - a fixture
    """Replays by conditions and answers what came of it."""

    def run(what: str, *, seconds_left: float = 900, **conditions: object) -> dict[str, Any]:
        answer = replay(
            pipeline.writer,
            pipeline.s3,
            parse({"what": what} | conditions),
            requested_by="test",
            seconds_left=lambda: seconds_left,
        )
        told: dict[str, Any] = msgspec.to_builtins(answer)
        return told

    return run


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the pipeline know a word that it did not know when the files were loaded."""

    def mend() -> None:
        monkeypatch.setitem(crm._CUSTOMER_STATUSES, "dormant", "inactive")

    return mend
