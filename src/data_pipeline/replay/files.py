"""Loads whole files again, from the very version of the object that the ledger names."""

import psycopg

from data_pipeline.ingestion import ledger, statistics
from data_pipeline.ingestion.load import Loaded, load_held
from data_pipeline.ingestion.undisturbed import undisturbed
from data_pipeline.ingestion.unreadable import UnreadableFile
from data_pipeline.replay import quarantine
from data_pipeline.replay.answer import Answer, FileResult, Quarantined
from data_pipeline.replay.context import Context
from data_pipeline.replay.selected import SelectedFile
from data_pipeline.replay.statements import statement
from data_pipeline.sources.registry import UnknownSource, source_of


def replay_file(context: Context, file: SelectedFile, statuses: list[str], answer: Answer) -> None:
    """Loads a file again, if it still has one of the statuses.

    A file that was loaded once stays so, whatever becomes of it now.

    Args:
        context: of the replay.
        file: as it was selected.
        statuses: that were selected.
        answer: is told what came of it.

    Raises:
        psycopg.Error, BotoCoreError, ClientError: it could not be loaded now.
    """
    attempt = undisturbed(
        lambda is_disturbed: _attempt(context, file, statuses, in_order=is_disturbed)
    )
    answer.tell(attempt.result)
    if attempt.loaded is None:
        return
    answer.records.add(attempt.loaded.counts)
    answer.quarantine.add(attempt.quarantined)
    if not context.dry_run:
        statistics.renew(context.connection, attempt.loaded.changed)


class _Attempt:
    def __init__(self, file: SelectedFile) -> None:
        self._file = file
        self.loaded: Loaded | None = None
        self.quarantined = Quarantined()
        self.result = self._described("skipped")

    def succeed(self, loaded: Loaded, quarantined: Quarantined) -> None:
        self.loaded, self.quarantined = loaded, quarantined
        self.result = self._described("replayed")

    def refuse(self, reason: UnreadableFile) -> None:
        self.result = self._described("refused", reason)

    def _described(self, result: str, reason: UnreadableFile | None = None) -> FileResult:
        return FileResult(
            file_id=self._file.file_id,
            key=self._file.key,
            version_id=self._file.version_id,
            result=result,
            rule=reason.rule if reason else None,
            reason=str(reason) if reason else None,
        )


def _attempt(
    context: Context, file: SelectedFile, statuses: list[str], *, in_order: bool
) -> _Attempt:
    connection, which = context.connection, {"file_id": file.file_id}
    attempt = _Attempt(file)
    with connection.transaction():
        held = connection.execute(statement("hold_file"), which).fetchone()
        if held is None or held[0] not in statuses:
            return attempt
        connection.execute(statement("begin_file_again"), which)
        try:
            loaded = load_held(
                connection,
                context.s3,
                file.created,
                file.file_id,
                default_currency=context.default_currency,
                is_replay=True,
                in_order=in_order,
            )
            attempt.succeed(loaded, _settled(context, file))
        except UnreadableFile as reason:
            attempt.refuse(reason)
            if held[0] == "loaded":
                raise psycopg.Rollback from None
            ledger.fail(connection, file.file_id, _source_name(file.key), reason)
        if context.dry_run:
            raise psycopg.Rollback
    return attempt


def _settled(context: Context, file: SelectedFile) -> Quarantined:
    return quarantine.settle(context.connection, file_id=file.file_id, replay_id=context.replay_id)


def _source_name(key: str) -> str | None:
    try:
        return source_of(key).name
    except UnknownSource:
        return None
