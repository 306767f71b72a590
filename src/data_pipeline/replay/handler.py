"""The function `data-pipeline-replay`."""

from functools import cache
from typing import Any

import msgspec

from data_pipeline.aws import clients
from data_pipeline.aws.database import Database
from data_pipeline.aws.observability import logger
from data_pipeline.aws.settings import load
from data_pipeline.ingestion.settings import ReplaySettings
from data_pipeline.replay.replay import replay
from data_pipeline.replay.request import InvalidReplay, parse

_APPLICATION = "replay"


@logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Replays what the payload selects: see docs/ingestion.md.

    Returns:
        What came of it, or `{"problem": {…}}` (RFC 9457) for a payload that can't be understood.

    Raises:
        DatabaseUnavailable, psycopg.Error, BotoCoreError, ClientError: the platform failed; the
            same payload again does what is left.
    """
    try:
        request = parse(event)
    except InvalidReplay as error:
        return {"problem": _problem(str(error))}
    answer = replay(
        _database().connection(context.aws_request_id),
        clients.s3(),
        request,
        requested_by=context.aws_request_id,
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
        default_currency=_settings().default_currency,
    )
    told: dict[str, Any] = msgspec.to_builtins(answer)
    logger.info("replayed", extra={"request": msgspec.to_builtins(request), "answer": told})
    return told


def _problem(detail: str) -> dict[str, Any]:
    return {
        "type": "/problems/invalid-replay",
        "title": "The replay request is not valid",
        "status": 400,
        "detail": detail,
    }


@cache
def _settings() -> ReplaySettings:
    return load(ReplaySettings)


@cache
def _database() -> Database:
    return Database(secret_id=_settings().database_secret_id, application=_APPLICATION)
