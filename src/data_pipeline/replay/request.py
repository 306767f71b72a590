"""What an operator asks to be replayed."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

type Text = Annotated[str, Meta(min_length=1)]

_SELECTORS: Final = ("file_id", "key", "rule", "source", "since", "until")


class InvalidReplay(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """The request can't be understood or selects nothing in particular; the message says why."""


class ReplayRequest(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """What to replay; all conditions have to hold.

    Attributes:
        what: `records` that wait in quarantine, or `files` as a whole.
        file_id: the file's number in the ledger.
        key: the file's key in the raw bucket, in all its versions.
        version_id: one version of that key.
        rule: that the records broke, or for which the files were refused.
        source: the name of the source system.
        since: quarantined, or received, at that time or later.
        until: quarantined, or received, before that time.
        status: of the files; without it those that are `failed` or, of a file that is named, all.
        dry_run: answers what would happen, and changes nothing.
    """

    what: Literal["records", "files"]
    file_id: Annotated[int, Meta(ge=1)] | None = None
    key: Text | None = None
    version_id: Text | None = None
    rule: Text | None = None
    source: Text | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    status: Literal["failed", "loading", "loaded"] | None = None
    dry_run: bool = False

    @property
    def statuses(self) -> list[str]:
        """The statuses of files that are replayed."""
        if self.status is not None:
            return [self.status]
        is_named = self.file_id is not None or self.key is not None
        return ["failed", "loading", "loaded"] if is_named else ["failed"]


def parse(payload: Any) -> ReplayRequest:
    """The request in a payload.

    Raises:
        InvalidReplay: it has unknown or mistyped fields, no condition, or some that don't fit.
    """
    try:
        request = msgspec.convert(payload, ReplayRequest)
    except msgspec.ValidationError as error:
        raise InvalidReplay(str(error)) from None
    if all(getattr(request, name) is None for name in _SELECTORS):
        raise InvalidReplay("Give at least one of fileId, key, rule, source, since and until")
    if request.version_id is not None and request.key is None:
        raise InvalidReplay("versionId is of a key: give that too")
    if request.status is not None and request.what == "records":
        raise InvalidReplay("status is of files: records are replayed while they wait")
    if request.since and request.until and request.since >= request.until:
        raise InvalidReplay("since must be before until")
    return request
