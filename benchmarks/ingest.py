"""`make bench`: how fast customers are loaded, and beside it the other ways to load them.

All in one run on one machine against one PostgreSQL 17: new customers, the same delivered again
with a tenth changed, the very same object again, a JSON array, two files at once, then dlt, one
INSERT a row, and the limit: the server's own COPY from a file. Writes docs/benchmarks.md.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import contenders, customers, report
from benchmarks.contenders import Handler, Load
from benchmarks.object_server import serving
from benchmarks.progress import say
from benchmarks.report import Results
from benchmarks.server import Server, running
from local.state import DATABASE

_MOST_INSERTS = 50_000


class Benchmark:
    """One run of all of it."""

    def __init__(self, server: Server, handler: Handler, directory: Path, records: int) -> None:
        self._server = server
        self._handler = handler
        self._directory = directory
        self._records = records

    def fresh(self, records: int, *, array: bool = False) -> Load:
        """Loads new customers."""
        key = self._file("new.json" if array else "new.ndjson", records, array=array)
        self._server.fresh(DATABASE)
        return self._handler.load(key)[0]

    def again(self) -> tuple[Load, Load]:
        """After `fresh`: a tenth changed, and then the very same object once more."""
        key = self._file("changed.ndjson", self._records, changed=0.1)
        self._server.checkpoint()
        return self._handler.load(key)[0], self._handler.load(key)[0]

    def two_at_once(self) -> float:
        """Records per second of two files without a key in common."""
        keys = [
            self._file(f"{half}.ndjson", self._records // 2, start=half * self._records)
            for half in (0, 1)
        ]
        self._server.fresh(DATABASE)
        loads = self._handler.load(*keys)
        seconds = max(load.ended for load in loads) - min(load.began for load in loads)
        return self._records // 2 * 2 / seconds

    def limit(self) -> float:
        """After `fresh`: the server's own COPY of the same rows."""
        contenders.export_rows(self._server)
        return contenders.limit(self._server)

    def others(self) -> tuple[float, float]:
        """dlt, and one INSERT a row."""
        self._server.fresh(DATABASE)
        file = self._directory / self._file("new.ndjson", self._records)
        dlt = contenders.dlt(self._server, file, self._records)
        inserts = min(self._records, _MOST_INSERTS)
        return dlt, contenders.insert_rows(self._server, file, inserts)

    def _file(
        self,
        name: str,
        records: int,
        *,
        start: int = 0,
        changed: float = 0.0,
        array: bool = False,
    ) -> str:
        """The key of an object; an object of that name and size is made once."""
        key = f"crm-data/{records}-{name}"
        path = self._directory / key
        if path.exists():
            return key
        path.parent.mkdir(exist_ok=True)
        numbers = range(start, start + records)
        if array:
            customers.write_array(path, numbers)
        else:
            customers.write_lines(path, numbers, changed=changed)
        modified = time.time() + (60 if changed else 0)
        os.utime(path, (modified, modified))
        return key


def measure(benchmark: Benchmark, records: int, runs: int) -> Results:
    """Everything, the limit after each run so that both meet the same machine."""
    fresh, limits = [], []
    for _ in range(runs):
        load = benchmark.fresh(records)
        limits.append(benchmark.limit())
        fresh.append(load)
        say(f"new {records / load.seconds:,.0f}/s, limit {limits[-1]:,.0f}/s")
    changed, same = benchmark.again()
    say(f"a tenth changed {records / changed.seconds:,.0f}/s, the same {same.seconds:.2f} s")
    array = benchmark.fresh(records, array=True)
    say(f"array {records / array.seconds:,.0f}/s, {array.memory:.0f} MiB")
    together = benchmark.two_at_once()
    say(f"two at once {together:,.0f}/s")
    dlt, inserts = benchmark.others()
    say(f"dlt {dlt:,.0f}/s, one INSERT a row {inserts:,.0f}/s")
    return Results(
        records=records,
        fresh=statistics.median(records / load.seconds for load in fresh),
        limit=statistics.median(limits),
        ratio=statistics.median(
            records / load.seconds / limit for load, limit in zip(fresh, limits, strict=True)
        ),
        changed=records / changed.seconds,
        same_seconds=same.seconds,
        array=records / array.seconds,
        together=together,
        dlt=dlt,
        inserts=inserts,
        memory={f"{records:,} in lines": max(load.memory for load in fresh)}
        | {f"{records:,} in an array": array.memory},
    )


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=1_000_000, help="customers (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of new customers (%(default)s)")
    parser.add_argument(
        "--sizes", type=int, nargs="*", help="of the memory's measurements (a tenth, five times)"
    )
    arguments = parser.parse_args()
    records: int = arguments.records
    sizes = [records // 10, records * 5] if arguments.sizes is None else arguments.sizes
    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with running("bench") as server, serving(directory, server.secret(DATABASE)) as endpoint:
            benchmark = Benchmark(server, Handler(endpoint), directory, records)
            results = measure(benchmark, records, arguments.runs)
            for size in sizes:
                load = benchmark.fresh(size)
                say(f"{size:,}: {size / load.seconds:,.0f}/s, {load.memory:.0f} MiB")
                memory = results.memory | {f"{size:,} in lines": load.memory}
                results = replace(results, memory=memory)
    finally:
        shutil.rmtree(directory)
    report.write(results)


if __name__ == "__main__":
    main()
