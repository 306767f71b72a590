"""What was measured of analytics, on the screen and in docs/benchmarks-analytics.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from benchmarks.handler_imports import HandlerImport
from benchmarks.paired import Difference
from benchmarks.report import machine
from benchmarks.sales import Size
from local.setup_steps import ROOT

_PAGE: Final = ROOT / "docs" / "benchmarks-analytics.md"

# An answer that takes this long, in milliseconds, is worth keeping for more than its price.
_HEAVY: Final = 200


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Medians in milliseconds.

    `bare` is the statement in psycopg; `bypassed`, `missed` and `hit` are the handler: told not to
    look into the cache, finding nothing there, and finding the answer there. `more` is what
    `bypassed` takes more than `bare`, `control` what `bare` takes more than itself. `around` is
    what of `bypassed` is not the query.
    """

    operation: str
    bare: float
    bypassed: float
    more: Difference
    control: Difference
    around: float
    missed: float
    hit: float

    def line(self) -> str:
        """All of it in one line."""
        return (
            f"{self.operation}: bare {self.bare:.0f} ms, handler {self.bypassed:.0f} ms, "
            f"more {_shown(self.more)}, control {_shown(self.control)}, "
            f"around {self.around:.1f} ms, "
            f"miss {self.missed:.0f} ms, hit {self.hit:.1f} ms"
        )


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that one run measured.

    Each median is of `runs` measurements, of a third of them where the cache is asked.
    """

    size: Size
    runs: int
    timings: Sequence[Timing]
    imports: Sequence[HandlerImport]


def write(results: Results) -> None:
    """Writes the page."""
    _PAGE.write_text(f"{_introduction(results)}\n\n{tables(results)}\n", encoding="utf-8")


def tables(results: Results) -> str:
    """The tables as Markdown."""
    return f"{_operations(results.timings)}\n\n{_imports(results.imports)}"


def _operations(timings: Sequence[Timing]) -> str:
    head = (
        "| Operation | bare SQL | handler | | more | control | around | miss | hit | miss / hit |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        "| *goal* | | | ≤ 1.10 × | ≤ 8 ms | | | < 1,000 ms | ≤ 15 ms | ≥ 20 if heavy |"
    )
    return "\n".join([head, *map(_operation, timings)])


def _operation(timing: Timing) -> str:
    heavy = " (heavy)" if timing.missed >= _HEAVY else ""
    cells = (
        f"`{timing.operation}`",
        f"{timing.bare:.1f} ms",
        f"{timing.bypassed:.1f} ms",
        f"{timing.bypassed / timing.bare:.2f} ×",
        _shown(timing.more),
        _shown(timing.control),
        f"{timing.around:.1f} ms",
        f"{timing.missed:.0f} ms",
        f"{timing.hit:.1f} ms",
        f"{timing.missed / timing.hit:.0f}{heavy}",
    )
    return f"| {' | '.join(cells)} |"


def _shown(difference: Difference) -> str:
    return f"{difference.median:.1f} ms ({difference.low:.1f} … {difference.high:.1f})"


def _imports(imports: Sequence[HandlerImport]) -> str:
    head = (
        "| Handler | its import | its libraries' alone | | libraries |\n"
        "|---|--:|--:|--:|---|\n"
        "| *goal* | | | ≤ 1.3 × | |"
    )
    rows = (
        f"| `{one.handler}` | {one.seconds * 1000:.0f} ms | {one.libraries_seconds * 1000:.0f} ms "
        f"| {one.ratio:.2f} × | {', '.join(one.libraries)} |"
        for one in imports
    )
    return "\n".join([head, *rows])


def _introduction(results: Results) -> str:
    size = results.size
    return f"""# Benchmarks of analytics

`make bench` wrote this page on {datetime.now(UTC):%Y-%m-%d}: each operation's default call (for
`custom_complex_query` and others that need to be told something, the one in
`benchmarks/questions.py`) over {size.customers:,} customers of seven systems, {size.orders:,}
orders of three years and {size.orders * 5 // 2:,} lines, made by `benchmarks/sales.py`. Medians
of {results.runs}, each way in turn; of a third as many for misses and hits.

{machine()}
* *Bare SQL* is the operation's statement in psycopg, all rows fetched. *Handler* is the whole
  handler told not to look into the cache (`Cache-Control: no-cache`): it parses, queries, encodes,
  compresses and keeps the answer. Both connect with the same settings, and neither prepares its
  statements, since prepared ones would keep RDS Proxy from sharing the connection.
* *More* is the median of what each call of the handler took more than the bare SQL right before
  and right after it, and in brackets where that median lies with 95 % confidence by the sign test.
  *Control* is the same for the bare SQL itself, which can differ from itself by nothing but chance:
  what is smaller than its brackets can't be told from nothing. *Around* is what of the handler's
  time is not its query, by the answer's own `durationMs`. It holds the end of the transaction,
  which is part of the bare SQL's time too.
* *Miss* is the handler after a change of the data, with a look into the cache and the lease that
  keeps others from the same query. *Hit* is the answer from the cache.
* The handler runs in the benchmark's process, as Lambda runs it. DynamoDB is LocalStack's on the
  same machine, which takes a few milliseconds a call, as AWS's does.
* *Heavy* is what takes {_HEAVY} ms or more to answer uncached.
* Imports are measured in fresh processes with bytecode, each beside the libraries that it brings
  in, imported alone in the same order."""
