"""Replays what a request selects, file by file, as long as there is time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
import psycopg

from data_pipeline.replay.answer import Answer
from data_pipeline.replay.context import Context
from data_pipeline.replay.files import replay_file
from data_pipeline.replay.records import SECONDS_NEEDED, replay_records
from data_pipeline.replay.request import ReplayRequest
from data_pipeline.replay.selected import SelectedFile, selected_files
from data_pipeline.replay.statements import statement

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As long as the data processor may work at a file.
_SECONDS_FOR_A_FILE: Final = 300


def replay(  # noqa: PLR0913 - what to replay, and with what
    connection: psycopg.Connection[Any],
    s3: "S3Client",
    request: ReplayRequest,
    *,
    requested_by: str,
    seconds_left: Callable[[], float],
    default_currency: str | None = None,
) -> Answer:
    """Replays files or quarantined records and enters that among the replays.

    Everything may be done twice, at once too: what left quarantine is not mapped again, and a
    record that is stored already changes nothing.

    Args:
        connection: in no transaction.
        s3: reads the raw bucket.
        request: what to replay.
        requested_by: names the invocation.
        seconds_left: until the function has to end. What there is no time for is left.
        default_currency: ISO 4217, of amounts for which a record names none.

    Raises:
        psycopg.Error, BotoCoreError, ClientError: the platform failed. What was replayed until
            then is kept; the same request again does the rest.
    """
    parameters = {"request": _json(request), "requested_by": requested_by}
    with connection.transaction():
        row = connection.execute(statement("begin_replay"), parameters).fetchone()
    replay_id = row[0] if row else 0
    context = Context(
        connection=connection,
        s3=s3,
        replay_id=replay_id,
        dry_run=request.dry_run,
        default_currency=default_currency,
        seconds_left=seconds_left,
    )
    answer = Answer(replay_id=replay_id, dry_run=request.dry_run)
    _replay_all(context, request, selected_files(connection, request), answer)
    with connection.transaction():
        connection.execute(
            statement("finish_replay"),
            {"replay_id": replay_id, "answer": _json(answer)},
        )
    return answer


def _json(told: ReplayRequest | Answer) -> str:
    return msgspec.json.encode(told).decode()


def _replay_all(
    context: Context, request: ReplayRequest, files: list[SelectedFile], answer: Answer
) -> None:
    answer.files_selected = len(files)
    for index, file in enumerate(files):
        if not _replay_one(context, request, file, answer):
            answer.finished = False
            answer.files_left = len(files) - index
            return


def _replay_one(
    context: Context, request: ReplayRequest, file: SelectedFile, answer: Answer
) -> bool:
    if request.what == "records":
        return replay_records(context, file, request, answer)
    if context.seconds_left() < _SECONDS_FOR_A_FILE + SECONDS_NEEDED:
        return False
    replay_file(context, file, request.statuses, answer)
    return True
