"""What came of a replay, as the operator is told."""

from typing import Final

from msgspec import Struct, field

from data_pipeline.ingestion.merge import Counts

# An answer of a function may have 6 MB; people read less.
LARGEST_DETAILS: Final = 100


class Quarantined(Struct, rename="camel"):
    """What became of the records that waited in quarantine.

    Attributes:
        replayed: left it.
        failed_again: stay, with the reason of this time.
        added: were rejected now and not before, of records that were mapped so far.
        in_file_only: are too long to be kept there: replay their file.
    """

    replayed: int = 0
    failed_again: int = 0
    added: int = 0
    in_file_only: int = 0

    def add(self, other: "Quarantined") -> None:
        """Adds the other's numbers to these."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class FileResult(Struct, rename="camel", omit_defaults=True):
    """What became of one file: `replayed`, `refused` for a reason, or `skipped`."""

    file_id: int
    key: str
    version_id: str
    result: str
    rule: str | None = None
    reason: str | None = None


class Answer(Struct, rename="camel"):
    """What came of a replay.

    Attributes:
        finished: false when time ran out: the same request again does the rest.
        files_selected: that fit the request.
        files_left: that time ran out for.
        records: what became of the records that were mapped again, by the ledger's words.
        files: one by one, the first hundred of them.
    """

    replay_id: int
    dry_run: bool
    finished: bool = True
    files_selected: int = 0
    files_replayed: int = 0
    files_refused: int = 0
    files_skipped: int = 0
    files_left: int = 0
    quarantine: Quarantined = field(default_factory=Quarantined)
    records: Counts = field(default_factory=Counts)
    files: list[FileResult] = []

    def tell(self, result: FileResult) -> None:
        """Counts a file, and lists it while there is room."""
        name = f"files_{result.result}"
        setattr(self, name, getattr(self, name) + 1)
        if len(self.files) < LARGEST_DETAILS:
            self.files.append(result)
