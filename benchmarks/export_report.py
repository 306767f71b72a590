"""What was measured of exports, on the screen and in docs/benchmarks-exports.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from benchmarks.report import machine
from data_pipeline.jobs.job import Format
from local.setup_steps import ROOT

_PAGE: Final = ROOT / "docs" / "benchmarks-exports.md"
_GOALS: Final = {Format.JSON: 0.5, Format.CSV: 0.5, Format.PARQUET: 0.4}
_NAMES: Final = {Format.JSON: "NDJSON, gzip", Format.CSV: "CSV, gzip", Format.PARQUET: "Parquet"}


@dataclass(frozen=True, kw_only=True)
class Export:
    """Medians of one format: seconds, the most memory in MiB, and the size of the file.

    `ratio` is the median of the ratios of the peer's time to that of the job after it.
    """

    format: Format
    seconds: float
    peer_seconds: float
    ratio: float
    memory: float
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that one run measured."""

    rows: int
    runs: int
    has_psql: bool
    exports: Sequence[Export]


def write(results: Results) -> None:
    """Prints the table, and writes the page."""
    table = _table(results)
    print(table)
    _PAGE.write_text(f"{_introduction(results)}\n\n{table}\n", encoding="utf-8")


def _table(results: Results) -> str:
    head = (
        "| Format | job | peer | speed | goal | memory (goal: ≤ 512 MiB) | file |\n"
        "|---|--:|--:|--:|--:|--:|--:|"
    )
    return "\n".join([head, *map(_row, results.exports)])


def _row(export: Export) -> str:
    cells = (
        _NAMES[export.format],
        f"{export.seconds:.2f} s",
        f"{export.peer_seconds:.2f} s",
        f"{export.ratio:.2f} × the peer's",
        f"≥ {_GOALS[export.format]}",
        f"{export.memory:.0f} MiB",
        f"{export.bytes / 1e6:.1f} MB",
    )
    return f"| {' | '.join(cells)} |"


def _introduction(results: Results) -> str:
    peer = (
        "`psql --command 'COPY (…) TO STDOUT (FORMAT csv)' | gzip -1`"
        if results.has_psql
        else "psycopg's `COPY (…) TO STDOUT (FORMAT csv)` into `gzip -1`, for want of a psql"
    )
    return f"""# Benchmarks of exports

`make bench` wrote this page on {datetime.now(UTC):%Y-%m-%d}: {results.rows:,} orders of ten columns
(numbers, texts, exact amounts, times, JSON), asked for in SQL and stored by the job runner. Medians
of {results.runs}, each right after its peer.

{machine()}
* The peer is {peer} of the same statement, to nowhere.
* The job is the whole of the runner's handler, in a process of its own that has run one small job
  before, as a warm function has: connecting, the query, encoding, compressing, and the multipart
  upload to LocalStack's S3 on the same machine, with progress in its DynamoDB."""
