"""Exports that the generator wrote, and what their own sources make of them."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from data_pipeline.canonical.entities import Customer
from data_pipeline.sources.registry import source_of
from data_pipeline.sources.source import Outcome, Rejected

ROOT = Path(__file__).parents[3]
SEED_DATA = ROOT / "seed-data"
SOURCES = ("crm", "erp", "salesforce", "hubspot", "sap", "shopify", "stripe")
AS_OF = datetime(2026, 11, 23, tzinfo=UTC)


class Written(NamedTuple):
    """A record of a file, in the order of the file."""

    key: str
    collection: str | None
    record: dict[str, Any]


def generate(output: Path, *arguments: str) -> None:
    """Runs the generator as users do, by a Python that has nothing installed."""
    command = [sys.executable, "-E", "-S", str(SEED_DATA / "generate.py"), "--output", str(output)]
    subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL)


def files(directory: Path) -> list[Path]:
    """The exports below a directory: those in the directory of a source."""
    return sorted(path for path in directory.glob("*-data/*") if path.is_file())


def written(directory: Path, name: str = "*") -> Iterator[Written]:
    """All records of the exports whose names match."""
    for path in files(directory):
        if path.match(name):
            key = path.relative_to(directory).as_posix()
            yield from _records(key, path)


def _records(key: str, path: Path) -> Iterator[Written]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    if ".ndjson" in path.suffixes:
        for line in text.splitlines():
            yield Written(key, None, json.loads(line))
        return
    envelope = json.loads(text)
    for name, records in envelope.get("d", envelope).items():
        if isinstance(records, list):
            for record in records:
                yield Written(key, name, record)


def outcomes(each: Written) -> list[Outcome]:
    """What a record becomes."""
    raw = json.dumps(each.record).encode()
    mapped = source_of(each.key).outcomes(
        raw, collection=each.collection, as_of=AS_OF, key=each.key, default_currency="EUR"
    )
    return list(mapped)


def rejected(each: Written) -> list[Rejected]:
    """What is wrong in a record."""
    return [outcome for outcome in outcomes(each) if isinstance(outcome, Rejected)]


def customers(directory: Path) -> list[Customer]:
    """The customers in the exports."""
    return [
        outcome
        for each in written(directory)
        for outcome in outcomes(each)
        if isinstance(outcome, Customer)
    ]
