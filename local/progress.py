"""What a command tells its user while it works: one line a step, with the seconds it took."""

import sys
import time
from collections.abc import Sequence


class Progress:
    """Prints each step as it ends."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()

    def step(self, text: str) -> None:
        """Says that a step is done; its seconds stand first."""
        now = time.monotonic()
        print(f"{now - self._last:6.1f} s  {text}", flush=True)
        self._last = now

    def note(self, text: str) -> None:
        """Says something that is no step."""
        print(f"          {text}", flush=True)

    def total(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows in columns, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numeric = [
        bool(rows) and all(isinstance(cell, int | float) for cell in column)
        for column in zip(*rows, strict=True)
    ] or [False] * len(headings)

    def line(row: Sequence[str]) -> str:
        parts = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(parts).rstrip()

    return "\n".join([line(headings), *(line(row) for row in cells)])


def complain(text: str) -> None:
    """Prints what went wrong."""
    print(text, file=sys.stderr, flush=True)
