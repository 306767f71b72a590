"""The command line."""

import argparse
import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from generator.companies import World
from generator.delivery import Dials, Kind
from generator.files import Format, Order, write
from generator.sources import OF_SEED, SOURCES

SEED_CUSTOMERS: Final = 1_200
SEED: Final = 2026

# Fewer are made before other processes have started.
_MANY: Final = 20_000

_EXAMPLES: Final = """\
examples:
  generate.py                                     what is in the repository, byte by byte
  generate.py --source crm --customers-alone --customers 1_000_000 --format ndjson --output big
  generate.py --source all --customers 5000 --dirty 0.01 --duplicates 0.02 --output some
  generate.py --source all --customers 5000 --updates 0.1 --output some
                                                  changes for the files of the line before

Every file is the same for the same arguments, whatever the number of processes.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line, and writes files."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.customers < 1:
        parser.error("--customers must be at least 1")
    names = _sources(given.source)
    is_many = given.customers * len(names) >= _MANY
    processes = given.processes or (os.cpu_count() or 1 if is_many else 1)
    with ExitStack() as stack:
        executor = stack.enter_context(ProcessPoolExecutor(processes)) if processes > 1 else None
        for name in names:
            _write(given, name, executor)


def _write(given: argparse.Namespace, name: str, executor: Executor | None) -> None:
    dials = Dials(
        dirty=given.dirty or 0,
        duplicates=given.duplicates,
        out_of_order=given.out_of_order,
        redeliveries=given.redeliveries,
        updates=given.updates,
        round=given.round,
    )
    order = Order(
        world=World(customers=given.customers, seed=given.seed),
        variant=_variant(name, given),
        dials=dials,
        form=Format(is_lines=given.format == "ndjson", is_gzipped=given.gzip),
        output=given.output,
    )
    started = time.monotonic()
    for kind in _kinds(dials):
        for path, count in write(order, kind, executor):
            print(f"{path}  {count:,} records")
    print(f"{name}: {time.monotonic() - started:.1f} s")


def _kinds(dials: Dials) -> list[Kind]:
    if dials.updates:
        return [Kind.UPDATES]
    return [Kind.WHOLE, Kind.AGAIN] if dials.redeliveries else [Kind.WHOLE]


def _variant(name: str, given: argparse.Namespace) -> str:
    if name != "crm":
        return name
    if given.customers_alone:
        return "crm alone"
    return "crm showcase" if given.dirty is None and not given.updates else name


def _sources(names: Sequence[str]) -> list[str]:
    if not names:
        return list(OF_SEED)
    return list(SOURCES) if "all" in names else list(dict.fromkeys(names))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="generate.py",
        description="Writes exports of systems that know many of the same customers.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--customers",
        type=int,
        default=SEED_CUSTOMERS,
        metavar="N",
        help=f"of the CRM; others have a share of them, and some of their own ({SEED_CUSTOMERS})",
    )
    add(
        "--source",
        action="append",
        default=[],
        choices=[*SOURCES, "all"],
        help=f"may be given several times ({', '.join(OF_SEED)})",
    )
    add(
        "--output",
        type=Path,
        default=Path(__file__).resolve().parents[1],
        metavar="DIRECTORY",
        help="gets a directory for each source (that of this script)",
    )
    add("--seed", type=int, default=SEED, metavar="N", help=f"another one, another world ({SEED})")
    add(
        "--format",
        choices=["json", "ndjson"],
        default="json",
        help="json: as the source's own interface answers; ndjson: a record to a line",
    )
    add("--gzip", action="store_true", help="compresses the files")
    add(
        "--customers-alone",
        action="store_true",
        help="of the CRM's, without contacts and opportunities",
    )
    add("--processes", type=int, metavar="N", help="(as many as processors)")
    dials = parser.add_argument_group("dials", "shares of records, from 0 to 1")
    dial = dials.add_argument
    dial(
        "--dirty",
        type=_share,
        metavar="SHARE",
        help="break a rule; without this dial three of the CRM's do, to show what becomes of them",
    )
    dial("--duplicates", type=_share, default=0, metavar="SHARE", help="come twice in their file")
    dial(
        "--out-of-order",
        type=_share,
        default=0,
        metavar="SHARE",
        help="are followed by what they were a minute before",
    )
    dial(
        "--redeliveries",
        type=_share,
        default=0,
        metavar="SHARE",
        help="come again in a second file, …-again",
    )
    dial(
        "--updates",
        type=_share,
        default=0,
        metavar="SHARE",
        help="are changed: instead of the exports, writes files of changes to them, …-updates",
    )
    dial(
        "--round",
        type=_round,
        default=1,
        metavar="N",
        help="of --updates: from 1 to 59, each with other records and later (1)",
    )
    return parser  # fmt: skip


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, not {text!r}")
    return share


def _round(text: str) -> int:
    # Nothing in the exports changed in the hour before them: no round is later than they are.
    if not text.isdecimal() or not 1 <= int(text) <= 59:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 59, not {text!r}")
    return int(text)
