"""What was measured, on the screen and in docs/benchmarks.md."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from local.postgres_programs import MAJOR_VERSION
from local.setup_steps import REQUIREMENTS, ROOT

_PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, kw_only=True)
class Results:
    """Rates in records per second, memory in MiB by what was loaded.

    `ratio` is the median of the ratios of a load to the limit that was measured right after it.
    """

    records: int
    fresh: float
    limit: float
    ratio: float
    changed: float
    same_seconds: float
    array: float
    together: float
    dlt: float
    inserts: float
    memory: dict[str, float]


def write(results: Results) -> None:
    """Prints the tables, and writes the page."""
    tables = f"{_rates(results)}\n\n{_memory(results)}"
    print(tables)
    _PAGE.write_text(f"{_introduction(results)}\n\n{tables}\n", encoding="utf-8")


def _rates(results: Results) -> str:
    fresh = results.fresh
    rows = (
        ("New records", f"{fresh:,.0f}", f"{results.ratio:.2f} × the limit", "≥ 0.70"),
        ("Again, a tenth changed", f"{results.changed:,.0f}",
         f"{results.changed / fresh:.2f} × new", "≥ 1"),
        ("The very same object again", "", f"{results.same_seconds:.2f} s", "< 1 s"),
        ("New records in a JSON array", f"{results.array:,.0f}",
         f"{results.array / fresh:.2f} × lines", "≥ 0.5"),
        ("Two files at once", f"{results.together:,.0f}",
         f"{results.together / fresh:.2f} × one", "≥ 1.3"),
        ("dlt, merge", f"{results.dlt:,.0f}", f"new is {fresh / results.dlt:.1f} × it", "≥ 7"),
        ("One INSERT a row", f"{results.inserts:,.0f}",
         f"new is {fresh / results.inserts:.1f} × it", "≥ 10"),
        ("The limit", f"{results.limit:,.0f}", "", ""),
    )  # fmt: skip
    head = "| | records/s | | goal |\n|---|--:|--:|--:|"
    return "\n".join([head, *(f"| {' | '.join(row)} |" for row in rows)])


def _memory(results: Results) -> str:
    head = "| Records | most memory of the process (goal: ≤ 160 MiB) |\n|---|--:|"
    rows = (f"| {what} | {mebibytes:.0f} MiB |" for what, mebibytes in results.memory.items())
    return "\n".join([head, *rows])


def machine() -> str:
    """What it was measured on, as items of a list."""
    memory = psutil.virtual_memory().total / 1024**3
    return f"""* Machine: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB,
  {platform.system()} {platform.release()}. Load average over its last quarter of an hour:
  {os.getloadavg()[2]:.1f}.
* Python {platform.python_version()}, PostgreSQL {MAJOR_VERSION} on the same machine, fsync on,
  psycopg {version("psycopg")}, msgspec {version("msgspec")}."""


def _introduction(results: Results) -> str:
    return f"""# Benchmarks

`make bench` wrote this page on {datetime.now(UTC):%Y-%m-%d}: {results.records:,} customers of the
CRM, loaded by the real handler with all of its validation, mapping, history, ledger and indexes.
How fast analytics answers is on [a page of its own](benchmarks-analytics.md).

{machine()}
* dlt {_locked("dlt")}.
* The limit is the server's own `COPY` of the same rows from a CSV file on its disk into a table
  with the same indexes and checks. Each run of the handler is compared with the limit measured
  right after it; the median counts.
* Objects come from a plain HTTP server on the same machine, read by boto3 as from S3.
* dlt merges the same file by its key with CSV as the loader's format; it validates nothing, keeps
  no history, and has fewer indexes. One INSERT a row is measured over 50,000 of the records at
  most, already mapped the same way, in one transaction."""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if _is_linux() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _is_linux() -> bool:
    return platform.system() == "Linux"


def _locked(package: str) -> str:
    lock = (REQUIREMENTS / "bench.txt").read_text(encoding="utf-8")
    return next(
        line.split("==")[1].split()[0]
        for line in lock.splitlines()
        if line.startswith((f"{package}==", f"{package}["))
    )
